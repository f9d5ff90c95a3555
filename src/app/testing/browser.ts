/** Answers one request, like a Hono app. */
export interface Requestable {
  request(path: string, init?: RequestInit): Response | Promise<Response>;
}

export interface Answer<T = unknown> {
  status: number;
  body: T;
  headers: Headers;
}

export interface Ask {
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is; its type stands in `headers`. */
  raw?: string;
  /** Over what the browser would send by itself; null = not sent. */
  headers?: Readonly<Record<string, string | null>>;
}

/** A browser with our panel open: keeps cookies, repeats the forgery token, names its page. */
export class Browser {
  readonly #app: Requestable;
  readonly #origin: string;
  readonly jar = new Map<string, string>();

  constructor(app: Requestable, origin = "http://127.0.0.1:3000") {
    this.#app = app;
    this.#origin = origin;
  }

  async ask<T = unknown>(path: string, { method, body, raw, headers = {} }: Ask = {}): Promise<Answer<T>> {
    const content = body === undefined ? raw : JSON.stringify(body);
    const verb = method ?? (content === undefined ? "GET" : "POST");
    const sent: Record<string, string | null> = {
      Cookie: [...this.jar].map(([name, value]) => `${name}=${value}`).join("; "),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(verb === "GET" ? {} : { Origin: this.#origin, "X-CSRF-Token": this.csrf }),
      ...headers,
    };
    const named = Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== null);
    const answer = await this.#app.request(path, {
      method: verb,
      headers: Object.fromEntries(named),
      ...(content === undefined ? {} : { body: content }),
    });
    this.#keep(answer.headers.getSetCookie());
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    return { status: answer.status, body: (isJson ? JSON.parse(text) : text) as T, headers: answer.headers };
  }

  /** What the page reads from its cookie. */
  get csrf(): string {
    return this.jar.get("csrf") ?? this.jar.get("__Host-csrf") ?? "";
  }

  async login(email: string, password: string): Promise<Answer> {
    await this.ask("/api/auth/csrf");
    return this.ask("/api/auth/login", { body: { email, password } });
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.jar.delete(name);
      else this.jar.set(name, value);
    }
  }
}
