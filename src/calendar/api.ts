import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import { dayRoutes } from "./api-days.ts";
import { feedRoutes } from "./api-feed.ts";
import { meetingRoutes } from "./api-meetings.ts";
import type { RestCalendars } from "./availability.ts";
import type { CustomerNews } from "./customer-news.ts";

export interface CalendarApiDeps {
  db: Database;
  clock: Clock;
  restCalendars: RestCalendars;
  customerNews: CustomerNews;
  /** The installation's secret, from which the tokens of addresses are made. */
  secret: string;
  publicBaseUrl(): string;
}

/** `/api/calendar`: meetings and blocked time, the days around them, and the feed for other calendars (C3, C7, C9, C11). */
export const createCalendarApi = (deps: CalendarApiDeps) =>
  new Hono<ApiEnv>().route("/", meetingRoutes(deps)).route("/", dayRoutes(deps)).route("/", feedRoutes(deps));
