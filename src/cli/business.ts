import { AppError } from "../base/errors.ts";
import { parsePhone } from "../base/phone.ts";
import { addBusiness, listBusinesses, type NewBusiness } from "../tenants/business.ts";
import { print, readOptions, visit } from "./visit.ts";

/** `business add` and `business list`. */
export async function run([verb, ...args]: string[]): Promise<number> {
  switch (verb) {
    case "add":
      await add(args);
      return 0;
    case "list":
      readOptions(args, []);
      print(await visit(listBusinesses));
      return 0;
    default:
      throw new AppError("invalid", "write `business add …` or `business list`");
  }
}

async function add(args: string[]): Promise<void> {
  const { options } = readOptions(args, ["name", "phone", "greeting", "prompt", "timezone"]);
  const { name, phone: spelled, ...rest } = options;
  if (!name?.trim()) throw new AppError("invalid", "--name is missing: the business's name");
  if (!spelled) throw new AppError("invalid", "--phone is missing: the number that its customers call");
  const phone = parsePhone(spelled);
  if (!phone)
    throw new AppError(
      "invalid",
      `--phone ${JSON.stringify(spelled)} is not a phone number; write one like +97231234567`,
    );
  const business: NewBusiness = { name, phone, ...rest };
  const id = await visit((db) => addBusiness(db, business));
  print({ id, name: name.trim(), phone });
}
