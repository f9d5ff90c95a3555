import { afterEach, expect, test } from "bun:test";
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
  ["a mailbox that is none", { RCPT: "550 no such person" }, "invalid"],
  ["a mailbox that is full for now", { RCPT: "452 later" }, "upstream"],
] as const)("%s", async (_what, refuses, code) => {
  const { url } = mailServer(refuses);
  const send = createMail({ url, from: "bell@office.example" })!;
  const error = await send(letter).catch((thrown) => thrown);
  expect(error.code).toBe(code);
});

test("a server that is away may be back; without one nothing is sent", async () => {
  const send = createMail({ url: "smtp://127.0.0.1:1", from: "bell@office.example" })!;
  expect((await send(letter).catch((thrown) => thrown)).code).toBe("upstream");
  expect(createMail(null)).toBeNull();
});
