import { type Day, dayOf } from "./civil.ts";

const radians = Math.PI / 180;

/** Depression of the sun's centre at sunset (refraction and radius) and at the end of Shabbat (three small stars). */
export const sunsetDegrees = 0.833;
export const starsDegrees = 8.5;

/**
 * Minutes after 00:00 UTC at which the evening sun stands `degrees` below the horizon on `day`.
 * NOAA's low-accuracy solar position (General Solar Position Calculations, NOAA Global Monitoring Division).
 */
export function eveningUtcMinutes(day: Day, latitude: number, longitude: number, degrees: number): number {
  const yearStart = dayOf(Math.floor(1970 + day / 365.2425), 1, 1);
  const angle = ((2 * Math.PI) / 365) * (day - yearStart + 0.25); // 0.25: it is evening, a quarter day after noon
  const equationMinutes =
    229.18 *
    (0.000075 +
      0.001868 * Math.cos(angle) -
      0.032077 * Math.sin(angle) -
      0.014615 * Math.cos(2 * angle) -
      0.040849 * Math.sin(2 * angle));
  const declination =
    0.006918 -
    0.399912 * Math.cos(angle) +
    0.070257 * Math.sin(angle) -
    0.006758 * Math.cos(2 * angle) +
    0.000907 * Math.sin(2 * angle) -
    0.002697 * Math.cos(3 * angle) +
    0.00148 * Math.sin(3 * angle);
  const lat = latitude * radians;
  const cosine =
    Math.cos((90 + degrees) * radians) / (Math.cos(lat) * Math.cos(declination)) -
    Math.tan(lat) * Math.tan(declination);
  const hourAngle = Math.acos(Math.max(-1, Math.min(1, cosine))) / radians;
  return 720 - 4 * (longitude - hourAngle) - equationMinutes;
}
