import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { duration } from "../format.ts";
import { pause, play, rotateCcw } from "../icons.ts";
import { callWords } from "../strings/calls.he.ts";
import { Icon } from "./icon.tsx";

/** Where the replay is; `seek` is where somebody wants it to go, in ms of the call. */
export interface Playing {
  atMs: number;
  seek: number | null;
  on: boolean;
}

const speeds = [1, 1.5, 2] as const;
const jumpMs = 10_000;

/** Plays a recording. Nothing is fetched before somebody wants to hear it: listening is written down. */
export function Player({ src, lengthMs, playing }: { src: string; lengthMs: number; playing: Signal<Playing> }) {
  const t = callWords();
  const audio = useRef<HTMLAudioElement>(null);
  const on = playing.value.on;
  const isBroken = useSignal(false);
  const seekTo = (ms: number) => {
    const target = Math.max(0, Math.min(ms, lengthMs));
    if (audio.current) audio.current.currentTime = target / 1_000;
    playing.value = { ...playing.value, atMs: target, seek: null };
  };
  const start = async () => {
    isBroken.value = false;
    await audio.current?.play().catch((error: DOMException) => {
      // Stopped before it began: somebody changed their mind.
      isBroken.value = error.name !== "AbortError";
    });
  };
  useSignalEffect(() => {
    const { seek } = playing.value;
    if (seek === null) return;
    seekTo(seek);
    void start();
  });
  return (
    <>
      <div class="player" dir="ltr">
        {/* biome-ignore lint/a11y/useMediaCaption: the transcript beside it is the text of what is heard */}
        <audio
          ref={audio}
          src={src}
          preload="none"
          onError={() => {
            isBroken.value = true;
            playing.value = { ...playing.value, on: false };
          }}
          onPlay={() => {
            playing.value = { ...playing.value, on: true };
          }}
          onPause={() => {
            playing.value = { ...playing.value, on: false };
          }}
          onTimeUpdate={(event) => {
            playing.value = { ...playing.value, atMs: event.currentTarget.currentTime * 1_000, seek: null };
          }}
        />
        <button
          type="button"
          class="play-button"
          aria-label={on ? t.pause : t.play}
          onClick={() => (on ? audio.current?.pause() : start())}
        >
          <Icon of={on ? pause : play} large />
        </button>
        <button
          type="button"
          class="btn ghost icon-only"
          aria-label={t.back10}
          title={t.back10}
          onClick={() => seekTo(playing.value.atMs - jumpMs)}
        >
          <Icon of={rotateCcw} />
        </button>
        <span class="numbers small player-time">
          {duration(playing.value.atMs)} / {duration(lengthMs)}
        </span>
        <input
          type="range"
          class="slider"
          min="0"
          max={lengthMs}
          step="1000"
          value={playing.value.atMs}
          aria-label={t.position}
          aria-valuetext={duration(playing.value.atMs)}
          onInput={(event) => seekTo(Number(event.currentTarget.value))}
        />
        <Speed of={audio} />
      </div>
      {isBroken.value && (
        <p class="notice warn" role="alert">
          {t.cannotPlay}
        </p>
      )}
    </>
  );
}

function Speed({ of }: { of: RefObject<HTMLAudioElement | null> }) {
  const chosen = useSignal(0);
  const speed = speeds[chosen.value] ?? 1;
  return (
    <button
      type="button"
      class="btn ghost"
      aria-label={`${callWords().speed} ${speed}`}
      onClick={() => {
        chosen.value = (chosen.value + 1) % speeds.length;
        if (of.current) of.current.playbackRate = speeds[chosen.value] ?? 1;
      }}
    >
      {speed}×
    </button>
  );
}
