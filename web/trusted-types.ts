interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

/**
 * The page's one policy: scripts may be named by addresses of our own only (service worker, test-call worklets). Everything
 * else that turns text into code or markup stays refused by the browser.
 */
export function allowOwnScripts(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy("default", {
    createScriptURL(url) {
      if (new URL(url, location.href).origin !== location.origin) throw new TypeError("a script of another origin");
      return url;
    },
  });
}
