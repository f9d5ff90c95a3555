import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { param } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { CallId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import * as shape from "./api-shapes.ts";
import { openRecording, readPeaks } from "./play-recording.ts";
import { serveRecording } from "./serve-recording.ts";
import type { SoundStore } from "./sound-store.ts";

const tag = "calls";

/** `/api/calls/:id/recordings`: the sound of a call, for a player that jumps. */
export const recordingRoutes = ({ db, sounds }: { db: Database; sounds: SoundStore }) =>
  new Hono<ApiEnv>()
    .get(
      "/api/calls/:id/recordings/:recording",
      route({ summary: "A recording, by Range; playing it is audited", tag, access: "staff", media: "audio/wav" }),
      param(shape.recordingParam),
      async (c) => {
        const id = recordingIdOf(c.req.valid("param"));
        const stored = await inTenant(db, c, (ctx) => openRecording(ctx, id));
        return serveRecording(sounds, {
          ...stored,
          etag: `"${id.recordingId}-pcm"`,
          range: c.req.header("range"),
          ifRange: c.req.header("if-range"),
        });
      },
    )
    .get(
      "/api/calls/:id/recordings/:recording/peaks",
      route({ summary: "How loud both sides were, per 100 ms", tag, access: "staff", answer: shape.peaks }),
      param(shape.recordingParam),
      async (c) => c.json(await inTenant(db, c, (ctx) => readPeaks(ctx, recordingIdOf(c.req.valid("param"))))),
    );

const recordingIdOf = ({ id, recording }: { id: string; recording: string }) => ({
  callId: id as CallId,
  recordingId: recording,
});
