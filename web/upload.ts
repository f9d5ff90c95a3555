import { ApiError, csrfToken, online, refusal } from "./api.ts";
import { loggedInAgain, pageOf } from "./session-end.ts";

// A line on which nothing has moved for so long is dead.
const stalledMs = 30_000;

/**
 * Sends a file as the body of a POST. `fetch` cannot say how much has gone, and a large file over a phone's line takes longer
 * than any other answer: there is no time limit here but a stop for a line that is dead. @throws ApiError as the typed calls do.
 */
export function upload(path: string, file: Blob, onProgress: (share: number) => void): Promise<void> {
  if (!online.value) return Promise.reject(new ApiError("offline"));
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    if (pageOf.value !== null) request.setRequestHeader("X-Page-Of", pageOf.value);
    let stalled: ReturnType<typeof setTimeout> | undefined;
    const moves = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), stalledMs);
    };
    request.upload.onprogress = ({ loaded, total }) => {
      moves();
      onProgress(total === 0 ? 0 : loaded / total);
    };
    const lost = () => {
      online.value = false;
      fail(new ApiError("unknown"));
    };
    request.onerror = lost;
    request.onabort = lost;
    request.onloadend = () => clearTimeout(stalled);
    request.onload = async () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) return done();
      if (status === 401) return done(loggedInAgain().then(() => upload(path, file, onProgress)));
      fail(await refusal(new Response(responseText, { status })));
    };
    moves();
    request.send(file);
  });
}
