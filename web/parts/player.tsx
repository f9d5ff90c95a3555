import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { duration } from "../format.ts";
import { pause, play, rotateCcw } from "../icons.ts";
import { callWords } from "../strings/calls.he.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** Where the replay is; `seek` is where somebody wants it to go, in ms of the recording. */
export interface Playing {
  atMs: number;
  seek: number | null;
  on: boolean;
}

const speeds = [1, 1.5, 2] as const;
const jumpMs = 10_000;

interface PlayerProps {
  src: string;
  lengthMs: number;
  playing: Signal<Playing>;
}

/** Plays a recording. Nothing is fetched before somebody wants to hear it: listening is written down. */
export function Player({ src, lengthMs, playing }: PlayerProps) {
  const t = callWords();
  const audio = useRef<HTMLAudioElement>(null);
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
        <Sound at={audio} src={src} playing={playing} onBroken={() => (isBroken.value = true)} />
        <Steps playing={playing} onPlay={start} onPause={() => audio.current?.pause()} onSeek={seekTo} />
        <Position playing={playing} lengthMs={lengthMs} onSeek={seekTo} />
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

interface SoundProps {
  at: RefObject<HTMLAudioElement | null>;
  src: string;
  playing: Signal<Playing>;
  onBroken: () => void;
}

/** What is heard, and where it is. */
function Sound({ at, src, playing, onBroken }: SoundProps) {
  const set = (part: Partial<Playing>): void => {
    playing.value = { ...playing.value, ...part };
  };
  return (
    // biome-ignore lint/a11y/useMediaCaption: the transcript beside it is the text of what is heard
    <audio
      ref={at}
      src={src}
      preload="none"
      onError={() => {
        onBroken();
        set({ on: false });
      }}
      onPlay={({ currentTarget }) => {
        for (const other of document.querySelectorAll("audio")) if (other !== currentTarget) other.pause();
        set({ on: true });
      }}
      onPause={() => set({ on: false })}
      onTimeUpdate={({ currentTarget }) => set({ atMs: currentTarget.currentTime * 1_000, seek: null })}
    />
  );
}

interface StepsProps {
  playing: Signal<Playing>;
  onPlay: () => unknown;
  onPause: () => void;
  onSeek: (ms: number) => void;
}

function Steps({ playing, onPlay, onPause, onSeek }: StepsProps) {
  const t = callWords();
  const { on, atMs } = playing.value;
  return (
    <>
      <button type="button" class="play-button" aria-label={on ? t.pause : t.play} onClick={on ? onPause : onPlay}>
        <Icon of={on ? pause : play} large />
      </button>
      <Button look="ghost" icon={rotateCcw} label={t.back10} onClick={() => onSeek(atMs - jumpMs)} />
    </>
  );
}

function Position({ playing, lengthMs, onSeek }: Pick<StepsProps, "playing" | "onSeek"> & { lengthMs: number }) {
  const { atMs } = playing.value;
  return (
    <>
      <span class="numbers small player-time">
        {duration(atMs)} / {duration(lengthMs)}
      </span>
      <input
        type="range"
        class="slider"
        min="0"
        max={lengthMs}
        step="1000"
        value={atMs}
        style={{ "--played": `${lengthMs === 0 ? 0 : (atMs / lengthMs) * 100}%` }}
        aria-label={callWords().position}
        aria-valuetext={duration(atMs)}
        onInput={(event) => onSeek(Number(event.currentTarget.value))}
      />
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
