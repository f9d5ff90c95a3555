import { booking } from "./booking.ts";
import { echo } from "./echo.ts";
import { hangUp } from "./hang-up.ts";
import { interruption } from "./interruption.ts";
import { keypad } from "./keypad.ts";
import { mediaStops } from "./media-stops.ts";
import { modelDown } from "./model-down.ts";
import { noises } from "./noises.ts";
import type { Scenario } from "./scenario.ts";
import { silentCaller } from "./silent-caller.ts";
import { streamNeverStarts } from "./stream-never-starts.ts";
import { thought } from "./thought.ts";
import { transfer } from "./transfer.ts";
import { unknownNumber } from "./unknown-number.ts";

/** Every scenario, for those who run all of them or choose one by name. */
export const allScenarios: readonly Scenario[] = [
  booking,
  interruption,
  noises,
  echo,
  thought,
  keypad,
  silentCaller,
  hangUp,
  transfer,
  modelDown,
  streamNeverStarts,
  mediaStops,
  unknownNumber,
];
