import { defineConfig } from "drizzle-kit";

/** Paths are relative to the project's root, where scripts/generate-migration.ts starts the tool. */
export default defineConfig({ dialect: "postgresql", schema: "./src/db/schema/*.ts", out: "./drizzle" });
