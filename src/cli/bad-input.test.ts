import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import * as calendar from "./calendar.ts";
import * as hours from "./hours.ts";
import * as knowledge from "./knowledge.ts";
import * as leads from "./leads.ts";
import * as meetings from "./meetings.ts";
import * as prompt from "./prompt.ts";
import * as resource from "./resource.ts";
import * as settings from "./settings.ts";

// What the operator mistypes is told in one line, before any database is opened (cli.ts makes it exit code 2).
const commands = { calendar, hours, knowledge, leads, meetings, prompt, resource, settings };
const id = "01a1fc27-7357-76c0-bdab-58c9dd3464e8";
const own = `--business ${id}`;
const before = Bun.env.STORAGE_DIR;
let storageDir: string;
beforeAll(() => {
  storageDir = mkdtempSync(join(tmpdir(), "agentlocator-bad-input-"));
  Bun.env.STORAGE_DIR = storageDir;
});
afterAll(() => {
  if (before === undefined) delete Bun.env.STORAGE_DIR;
  else Bun.env.STORAGE_DIR = before;
  rmSync(storageDir, { recursive: true, force: true });
});

const table: [line: string, says: string][] = [
  ["settings", "write `settings show|set …`"],
  ["settings constructor", "write `settings show|set …`"],
  ["settings show", "--business is missing or no id"],
  ["settings show --business 7", "--business is missing or no id"],
  [`settings set ${own}`, "nothing to change"],
  [`settings set ${own} --fax 1`, "Unknown option '--fax'"],
  [`settings set ${own} --greeting {{boss}}`, "unknown placeholder: boss; there are business_name"],
  [`settings set ${own} --greeting hi --no-greeting`, "contradict"],
  [`settings set ${own} --no-transfer --transfer-phone 03-1234567`, "contradict"],
  [`settings set ${own} --record maybe`, '--record "maybe" is not true or false'],
  [`settings set ${own} --recording-days two`, '--recording-days "two" is not a whole number from 0 on'],
  [`settings set ${own} --recording-days -1`, "--recording-days"],
  [`settings set ${own} --transfer-phone *2700`, '--transfer-phone "*2700" is not a phone number'],
  [`prompt show ${own}`, "--channel is missing: call or whatsapp"],
  [`prompt show ${own} --channel fax`, '--channel "fax" is not call or whatsapp'],
  [`prompt set ${own} --channel call`, "give the prompt by --text TEXT or by --file PATH"],
  [`prompt set ${own} --channel call --text a --file b`, "give the prompt by --text TEXT or by --file PATH"],
  [`prompt set ${own} --channel call --file /nowhere/at.all`, '--file "/nowhere/at.all" cannot be read'],
  [`prompt diff ${own} --channel call --from 1`, "--to is missing: a number of `prompt versions`"],
  [`prompt rollback ${own} --channel call --version last`, '--version "last" is not a whole number'],
  [`knowledge add ${own} --subject x`, "--body is missing"],
  [`knowledge add ${own} --subject x --body y --kind myth`, '--kind "myth" is not fact or procedure or never'],
  [`knowledge add ${own} --subject x --body y --id 7`, '--id "7" is not an id'],
  [`knowledge remove ${own}`, "write the id of the knowledge behind the verb"],
  [`knowledge publish ${own} 7`, "write the id of the knowledge behind the verb"],
  [`knowledge answer ${own} 7 --body x`, "write the id of the question behind the verb"],
  [`knowledge unanswered ${own} --limit 0`, '--limit "0" is not a whole number from 1 on'],
  [`hours set ${own}`, "nothing to change"],
  [`hours set ${own} --open 09:00 --close 17:00`, "say for which days"],
  [`hours set ${own} --closed`, "say for which days"],
  [`hours set ${own} --days sun-thu`, "--days needs --open and --close"],
  [`hours set ${own} --days sunday --closed`, '--days "sunday" is not like sun-thu'],
  [`hours set ${own} --days sun-mon-tue --closed`, "is not like sun-thu"],
  [`hours set ${own} --days sun --open 09:00`, "--open and --close go together"],
  [`hours set ${own} --days sun --open 9 --close 17:00`, '--open "9" is not a time'],
  [`hours set ${own} --days sun --open 09:00 --close 24:30`, '--close "24:30" is not a time'],
  [`hours set ${own} --days sun --open 17:00 --close 09:00`, "17:00-09:00 closes before it opens"],
  [`hours set ${own} --days sun --windows 09:00-13:00-15:00`, "is not like 09:00-13:00"],
  [`hours set ${own} --days sun --windows 09:00-13:00 --closed`, "one of them"],
  [`hours set ${own} --days sun --date 2026-12-01 --closed`, "give --days or --date, not both"],
  [`hours set ${own} --date 2026-02-31 --closed`, '--date "2026-02-31" is not a date'],
  [`hours set ${own} --date 2026-12-01`, "--date needs"],
  [`hours set ${own} --date 2026-12-01 --weekly --closed`, "--date needs"],
  [`hours set ${own} --length 3`, '--length "3" is not a whole number from 5 on'],
  [`hours set ${own} --notice soon`, '--notice "soon" is not a whole number'],
  [`hours set ${own} --keeps-shabbat yes`, '--keeps-shabbat "yes" is not true or false'],
  [`hours set ${own} --quiet 21:00`, '--quiet "21:00" is not like 21:00-08:00'],
  [`hours set ${own} --reminders 1440,soon`, '--reminders "soon" is not a whole number'],
  [`hours set ${own} --days sun --closed --resource 7`, '--resource "7" is not an id'],
  [`resource add ${own}`, "--name is missing"],
  [`leads list ${own} --limit many`, '--limit "many" is not a whole number'],
  [`leads list ${own} --customer 7`, '--customer "7" is not an id'],
  [`leads status ${own} --to won`, "write the id of the lead behind the verb"],
  [`leads status ${own} ${id}`, "--to is missing"],
  [`leads status ${own} ${id} ${id} --to won`, "unexpected"],
  [`leads statuses ${own}`, "write `leads statuses list|add|rename|remove …`"],
  [`leads statuses add ${own} --key x`, "--label is missing"],
  [`leads statuses rename ${own} --key x`, "nothing to change"],
  [`leads statuses remove ${own} --key x`, "--move-to is missing"],
  [`leads merge ${own} --keep ${id}`, "--merge is missing"],
  [`leads merge ${own} --keep ${id} --merge ${id}`, "--proof is missing"],
  [`leads undo-merge ${own}`, "write the id of the merge behind the verb"],
  [`meetings list ${own} --from tomorrow`, '--from "tomorrow" is not a date'],
  [`meetings book ${own}`, "--at is missing"],
  [`meetings book ${own} --at tomorrow`, '--at "tomorrow" is not a time'],
  [`meetings book ${own} --at 2026-02-31T10:00`, "is not a time"],
  [`meetings book ${own} --at 2026-12-01T25:00`, "is not a time"],
  [`meetings book ${own} --at 2099-12-01T10:00`, "say for whom"],
  [`meetings book ${own} --at 2099-12-01T10:00 --customer ${id} --phone 0541234567`, "say for whom"],
  [`meetings book ${own} --at 2099-12-01T10:00 --customer ${id} --minutes 0`, '--minutes "0"'],
  [`meetings move ${own} --at 2099-12-01T10:00`, "write the id of the meeting behind the verb"],
  [`meetings cancel ${own} 7`, "write the id of the meeting behind the verb"],
  ["calendar feed", "--business is missing or no id"],
  [`calendar feed ${own} --renew now`, "now"],
];
for (const [line, says] of table)
  test(line.replaceAll(id, "ID"), async () => {
    const [name = "", ...args] = line.split(" ");
    const error = await commands[name as keyof typeof commands].run(args).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("invalid");
    expect((error as AppError).message).toContain(says);
    expect(readdirSync(storageDir)).toEqual([]);
  });
