import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { duration } from "../format.ts";
import { pause, play, rotateCcw } from "../icons.ts";
import { callWords } from "../strings/calls.he.ts";
import { Icon } from "./icon.tsx";

/** Where the replay is; `seek` is where somebody wants it to go, in ms of the call. */
export interface Playing {
  atMs: number;
  seek: number | null;
}

const speeds = [1, 1.5, 2] as const;
const jumpMs = 10_000;

/** Plays a recording. Nothing is fetched before somebody wants to hear it: listening is written down. */
export function Player({ src, lengthMs, playing }: { src: string; lengthMs: number; playing: Signal<Playing> }) {
  const t = callWords();
  const audio = useRef<HTMLAudioElement>(null);
  const on = useSignal(false);
  const speed = useSignal(0);
  const seekTo = (ms: number) => {
    const target = Math.max(0, Math.min(ms, lengthMs));
    if (audio.current) audio.current.currentTime = target / 1_000;
    playing.value = { atMs: target, seek: null };
  };
  useSignalEffect(() => {
    const { seek } = playing.value;
    if (seek === null) return;
    seekTo(seek);
    void audio.current?.play().catch(() => {});
  });
  return (
    <div class="player" dir="ltr">
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript beside it is the text of what is heard */}
      <audio
        ref={audio}
        src={src}
        preload="none"
        onPlay={() => {
          on.value = true;
        }}
        onPause={() => {
          on.value = false;
        }}
        onTimeUpdate={(event) => {
          playing.value = { atMs: event.currentTarget.currentTime * 1_000, seek: null };
        }}
      />
      <button
        type="button"
        class="play-button"
        aria-label={on.value ? t.pause : t.play}
        onClick={() => (on.value ? audio.current?.pause() : audio.current?.play().catch(() => {}))}
      >
        <Icon of={on.value ? pause : play} large />
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
      <button
        type="button"
        class="btn ghost"
        aria-label={`${t.speed} ${speeds[speed.value]}`}
        onClick={() => {
          speed.value = (speed.value + 1) % speeds.length;
          if (audio.current) audio.current.playbackRate = speeds[speed.value] ?? 1;
        }}
      >
        {speeds[speed.value]}×
      </button>
    </div>
  );
}
