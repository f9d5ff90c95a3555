import { resolve } from "node:path";
import { z } from "zod";
import { proxiesIn } from "./base/peer-address.ts";
import type { Phone } from "./base/phone.ts";

/**
 * The only reader of the environment. Every name that the product knows stands in `environment` with its default and
 * its check; `.env.example` lists exactly these names (`scripts/check.ts` compares the two).
 */
const optionalText = z.string().trim().min(1).optional();
// `abort`: what is checked after it reads a URL.
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https address", abort: true });
const withoutSlash = (url: string): string => url.replace(/\/+$/, "");
const baseUrl = httpUrl.transform(withoutSlash);

// Paths are appended to it, and Twilio signs over it as it stands here.
const isBare = (url: string): boolean => {
  const { username, password } = new URL(url);
  return !/[?#]/.test(url) && username === "" && password === "";
};
const publicUrl = httpUrl
  .refine(isBare, { error: "must have no query, no fragment and no login" })
  .transform(withoutSlash);

const isLoopback = (url: string): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);

/** Logins and messages go there: nowhere but to WhatsApp itself, or to a simulator on this machine. */
const whatsappSocketUrl = "wss://web.whatsapp.com/ws/chat";
const isOwnOrLoopback = (url: string): boolean => url === whatsappSocketUrl || isLoopback(url);

const twilioApi = "https://api.twilio.com";

const areNetworks = (list: string[]): boolean => {
  try {
    return proxiesIn(list) !== null;
  } catch {
    return false;
  }
};
const networks = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
  .refine(areNetworks, { error: 'must be addresses or networks like "173.245.48.0/20", with commas between' });

const environment = z.object({
  PORT: z.coerce.number({ error: "must be a port number" }).int().min(0).max(65_535).default(3000),
  HOST: z.string().trim().min(1).default("127.0.0.1"),
  PUBLIC_BASE_URL: publicUrl.optional(),
  TRUSTED_PROXIES: networks.default([]),
  STORAGE_DIR: z.string().trim().min(1).default("./storage"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// address" }).optional(),
  SESSION_SECRET: z.string().min(32, { error: "must have at least 32 characters" }).optional(),
  OPENAI_API_KEY: optionalText,
  OPENAI_BASE_URL: baseUrl.default("https://api.openai.com/v1"),
  OPENAI_REALTIME_MODEL: z.string().trim().min(1).default("gpt-realtime-2.1"),
  OPENAI_LIVE_TRANSCRIBE_MODEL: z.string().trim().min(1).default("gpt-live-transcribe"),
  OPENAI_TRANSCRIBE_MODEL: z.string().trim().min(1).default("gpt-transcribe"),
  OPENAI_CHAT_MODEL: z.string().trim().min(1).default("gpt-6-luna"),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i, { error: 'must be "AC" and 32 hexadecimal digits' })
    .optional(),
  TWILIO_AUTH_TOKEN: optionalText,
  TWILIO_API_BASE_URL: baseUrl.default(twilioApi),
  WHATSAPP_WEB_SOCKET_URL: z
    .url({ protocol: /^wss?$/, error: "must be a ws or wss address", abort: true })
    .refine(isOwnOrLoopback, { error: `must be ${whatsappSocketUrl} or an address of this machine` })
    .default(whatsappSocketUrl),
  WHATSAPP_WORKERS: z.coerce.number({ error: "must be a number" }).int().min(1).max(64).default(8),
  TWILIO_WHATSAPP_NUMBER: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, { error: 'must be a number like "+972501234567"' })
    .transform((text) => text as Phone)
    .optional(),
  WHATSAPP_PROVIDER: z.enum(["baileys", "twilio"], { error: "must be baileys or twilio" }).default("baileys"),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "must be an smtp:// or smtps:// address" }).optional(),
  MAIL_FROM: z
    .string()
    .trim()
    .regex(/^[^<>\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/, { error: 'must be an address, or "Name <address>"' })
    .optional(),
  RECORD_CALLS: z.stringbool({ error: "must be true or false" }).default(true),
  USD_ILS_RATE: z.coerce.number({ error: "must be a number" }).positive().default(3.7),
  API_REQUESTS_PER_MINUTE: z.coerce.number({ error: "must be a number" }).int().min(10).default(300),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  LOG_FORMAT: z.enum(["text", "json"]).default("text"),
});

/** Names the product reads, for the check of `.env.example`. */
export const environmentNames: readonly string[] = Object.keys(environment.shape);

export interface Config {
  http: {
    host: string;
    /** 0 = any free port. */
    port: number;
    /** Address under which Twilio and browsers reach us, without a trailing slash; null = derived from the bound port. */
    publicBaseUrl: string | null;
    /** Proxies before our own, such as Cloudflare's: addresses and networks. */
    trustedProxies: readonly string[];
    /** How often one person, or one key, may ask the API. */
    requestsPerMinute: number;
  };
  /** Absolute path; everything the product keeps on disk is below it. */
  storageDir: string;
  /** Null = the PostgreSQL that the process starts itself. */
  databaseUrl: string | null;
  /** Null = generated at first start and kept under `storageDir`. */
  sessionSecret: string | null;
  openai: {
    /** Null = no key: calls are answered by the recording. */
    apiKey: string | null;
    baseUrl: string;
    realtimeModel: string;
    liveTranscribeModel: string;
    transcribeModel: string;
    chatModel: string;
  };
  twilio: {
    accountSid: string | null;
    /** Null = no token: every webhook of Twilio is refused. */
    authToken: string | null;
    apiBaseUrl: string;
  };
  whatsapp: {
    /** Where linked devices connect to. */
    webSocketUrl: string;
    /** Threads for sessions at most; more businesses share them. */
    workers: number;
    /** Of businesses that chose none. */
    provider: "baileys" | "twilio";
    /** Sender of the one business at Twilio that has none of its own; null = there is none. */
    twilioNumber: Phone | null;
  };
  /** Null = no mail server: nothing goes by mail. */
  mail: { /** With name and password. */ url: string; from: string } | null;
  recordCalls: boolean;
  /** Shekels per US dollar, for the cost figures. */
  usdIlsRate: number;
  log: { level: "debug" | "info" | "warn" | "error"; format: "text" | "json" };
}

/** Bad configuration: one line per bad or missing name, never the value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads and validates the environment. Empty values count as not given, so that a copied `.env.example` works.
 * @throws ConfigError with all problems at once.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  const parsed = environment.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const hasSid = given.TWILIO_ACCOUNT_SID !== undefined;
  if (hasSid !== (given.TWILIO_AUTH_TOKEN !== undefined))
    problems.push(`${hasSid ? "TWILIO_AUTH_TOKEN" : "TWILIO_ACCOUNT_SID"}: must be given together with its twin`);
  if ((given.SMTP_URL === undefined) !== (given.MAIL_FROM === undefined))
    problems.push(`${given.SMTP_URL === undefined ? "SMTP_URL" : "MAIL_FROM"}: must be given together with its twin`);
  if (needsSecureAddress(given))
    problems.push("PUBLIC_BASE_URL: must be the https address under which Twilio reaches this server");
  if (!parsed.success || problems.length > 0)
    throw new ConfigError(`the configuration has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`);
  return toConfig(parsed.data);
}

/**
 * Twilio signs over the address that it reaches, and carries a call's sound over wss alone. A simulated one on this machine
 * knows where we listen. An address that is wrong by itself has its own line already.
 */
function needsSecureAddress(given: Record<string, string | undefined>): boolean {
  const twilio = baseUrl.safeParse(given.TWILIO_API_BASE_URL ?? twilioApi);
  const address = publicUrl.optional().safeParse(given.PUBLIC_BASE_URL);
  if (given.TWILIO_AUTH_TOKEN === undefined || !twilio.success || isLoopback(twilio.data) || !address.success)
    return false;
  return address.data === undefined || new URL(address.data).protocol !== "https:";
}

/** The configuration of this process. @throws ConfigError as `readConfig`. */
export const configFromEnvironment = (): Config => readConfig(process.env);

function toConfig(env: z.infer<typeof environment>): Config {
  return {
    http: {
      host: env.HOST,
      port: env.PORT,
      publicBaseUrl: env.PUBLIC_BASE_URL ?? null,
      trustedProxies: env.TRUSTED_PROXIES,
      requestsPerMinute: env.API_REQUESTS_PER_MINUTE,
    },
    storageDir: resolve(env.STORAGE_DIR),
    databaseUrl: env.DATABASE_URL ?? null,
    sessionSecret: env.SESSION_SECRET ?? null,
    openai: {
      apiKey: env.OPENAI_API_KEY ?? null,
      baseUrl: env.OPENAI_BASE_URL,
      realtimeModel: env.OPENAI_REALTIME_MODEL,
      liveTranscribeModel: env.OPENAI_LIVE_TRANSCRIBE_MODEL,
      transcribeModel: env.OPENAI_TRANSCRIBE_MODEL,
      chatModel: env.OPENAI_CHAT_MODEL,
    },
    twilio: {
      accountSid: env.TWILIO_ACCOUNT_SID ?? null,
      authToken: env.TWILIO_AUTH_TOKEN ?? null,
      apiBaseUrl: env.TWILIO_API_BASE_URL,
    },
    whatsapp: {
      webSocketUrl: env.WHATSAPP_WEB_SOCKET_URL,
      workers: env.WHATSAPP_WORKERS,
      provider: env.WHATSAPP_PROVIDER,
      twilioNumber: env.TWILIO_WHATSAPP_NUMBER ?? null,
    },
    mail: env.SMTP_URL === undefined || env.MAIL_FROM === undefined ? null : { url: env.SMTP_URL, from: env.MAIL_FROM },
    recordCalls: env.RECORD_CALLS,
    usdIlsRate: env.USD_ILS_RATE,
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
  };
}
