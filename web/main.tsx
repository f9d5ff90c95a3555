import { render } from "preact";
import "./first-script.ts";
import { wordsReady } from "./language.ts";
import { goLive } from "./live.ts";
import { liveCalls } from "./models/live-calls.ts";
import { bell } from "./models/notifications.ts";
import { unreadChats } from "./models/unread-chats.ts";
import { findRoute, registerRoutes } from "./route-table.ts";
import { go, path, watchLinks } from "./router.ts";
import { routes } from "./routes.ts";
import { askedAgain, loadMe, me, toLogin } from "./session.ts";
import { watchKeys } from "./shell/keyboard.ts";
import { untilAnswered } from "./shell/no-answer.tsx";
import { followAddress } from "./shell/outlet.tsx";
import { Shell } from "./shell/shell.tsx";
import { allowOwnScripts } from "./trusted-types.ts";

const root = document.getElementById("app")!;

/** Who is logged in comes first: nothing else is asked for, streamed or shown before that. */
async function start(): Promise<void> {
  allowOwnScripts();
  registerRoutes(routes);
  watchLinks();
  const page = findRoute(path.value)?.route;
  const stranger = page?.access === "public"; // its pages stand outside of the shell, for whoever comes
  const asked = stranger ? null : untilAnswered(root, loadMe); // first: nothing is drawn before the answer
  void page?.load().catch(() => {}); // its code comes while the server is asked
  const [loggedIn] = await Promise.all([asked, wordsReady().catch(() => {})]);
  if (loggedIn === false) return toLogin();
  followAddress();
  render(<Shell />, root);
  if (loggedIn) {
    if (me.value?.business) goLive(me.value.latest, askedAgain);
    watchKeys();
    if (me.value?.business) {
      bell.hold();
      unreadChats.hold();
      liveCalls.hold();
    }
  }
  if ("serviceWorker" in navigator) followNotifications(navigator.serviceWorker);
}

/** A pressed notification leads there within the page; whoever is not logged in goes by way of the login. */
function followNotifications(worker: ServiceWorkerContainer): void {
  worker.onmessage = ({ data }: MessageEvent<{ go: string }>) => (me.value ? go(data.go) : location.assign(data.go));
  void worker.register("/sw.js").catch(() => {});
}

void start();
