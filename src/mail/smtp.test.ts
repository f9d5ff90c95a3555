import { afterEach, expect, test } from "bun:test";
import { describeError } from "../base/errors.ts";
import { createMail } from "./smtp.ts";

const servers: { stop(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

/** A mail server as RFC 5321 has it, so far as one letter needs it. What it was told, line by line. */
function mailServer(refuses: Readonly<Record<string, string>> = {}) {
  const heard: string[] = [];
  const server = Bun.listen<{ rest: string; inLetter: boolean }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { rest: "", inLetter: false };
        socket.write("220 test ESMTP\r\n");
      },
      data(socket, bytes) {
        const lines = (socket.data.rest + bytes.toString()).split("\r\n");
        socket.data.rest = lines.pop() ?? "";
        for (const line of lines) {
          heard.push(line);
          if (socket.data.inLetter && line !== ".") continue;
          const [verb = ""] = line.split(/[ :]/);
          socket.data.inLetter = verb === "DATA";
          const answers: Readonly<Record<string, string>> = { EHLO: "250 test", DATA: "354 go on", QUIT: "221 bye" };
          socket.write(`${refuses[verb] ?? answers[verb] ?? "250 ok"}\r\n`);
        }
      },
    },
  });
  servers.push({ stop: () => server.stop(true) });
  return { heard, url: `smtp://127.0.0.1:${server.port}` };
}

const letter = { to: "dana@example.co.il", subject: "התראה: מספרה", text: "דנה מחכה", id: "0199e0a0" };

test("a letter reaches the server in Hebrew, under an id that a second try keeps", async () => {
  const { heard, url } = mailServer();
  const send = createMail({ url, from: "AgentLocator <bell@office.example>" })!;
  await send(letter);
  expect(heard).toContain("MAIL FROM:<bell@office.example>");
  expect(heard).toContain("RCPT TO:<dana@example.co.il>");
  expect(heard).toContain("Message-ID: <0199e0a0@office.example>");
  const encoded = heard.slice(heard.indexOf("") + 1, heard.indexOf(".")).join("");
  expect(Buffer.from(encoded, "base64").toString().trim()).toBe("דנה מחכה");
});

test.each([
  ["a mailbox that is none", { RCPT: `550 <${letter.to}> no such person` }, "invalid", "answered 550"],
  ["a mailbox that is full for now", { RCPT: `452 <${letter.to}> later` }, "upstream", "answered 452"],
  ["a letter that is taken for spam", { ".": "554 spam" }, "invalid", "answered 554"],
  // Not the letter's fault: whoever runs the installation mends the settings, and what waited goes out.
  ["our sender is refused", { MAIL: "550 not yours" }, "upstream", "answered 550"],
  ["our own password is refused", { EHLO: "250 AUTH PLAIN", AUTH: "535 bad password" }, "upstream", "answered 535"],
] as const)("%s: the log says which answer it was, and names nobody", async (_what, refuses, code, said) => {
  const url = mailServer(refuses).url.replace("//", "//office:secret@");
  const send = createMail({ url, from: "bell@office.example" })!;
  const error = await send(letter).catch((thrown) => thrown);
  expect(error.code).toBe(code);
  expect(describeError(error)).toContain(said);
  expect(describeError(error)).not.toContain(letter.to);
});

test("a server that is away may be back; without one nothing is sent", async () => {
  const send = createMail({ url: "smtp://127.0.0.1:1", from: "bell@office.example" })!;
  const error = await send(letter).catch((thrown) => thrown);
  expect(error.code).toBe("upstream");
  expect(describeError(error)).toContain("does not answer");
  expect(createMail(null)).toBeNull();
});
