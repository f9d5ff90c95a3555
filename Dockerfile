# The whole product in one image; build with `docker compose build`.
FROM oven/bun:1.4.5-slim AS packages
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --production

FROM oven/bun:1.4.5-slim
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY drizzle ./drizzle
COPY src ./src
COPY web ./web
# Everything durable lives in the volume; the process needs no other writable place and no root.
RUN mkdir -p /data && chown bun:bun /data
USER bun
ENV HOST=0.0.0.0 PORT=3000 STORAGE_DIR=/data
# As `bun start` in package.json; ARCHITECTURE.md, decision 28, says what each is worth.
ENV BUN_JSC_heapGrowthMaxIncrease=0.12 BUN_JSC_minEdenToOldGenerationRatio=0.1 BUN_JSC_thresholdForFTLOptimizeAfterWarmUp=2000000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["bun", "-e", "const r = await fetch('http://127.0.0.1:3000/health/live'); process.exit(r.ok ? 0 : 1)"]
# SIGTERM drains: live calls may take up to 15 minutes. compose.yaml grants them, and keeps proxy and database up meanwhile;
# `docker stop` by itself grants ten seconds (--time 960).
STOPSIGNAL SIGTERM
CMD ["bun", "--no-install", "src/main.ts"]
