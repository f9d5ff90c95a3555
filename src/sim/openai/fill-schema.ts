/** The part of JSON Schema that tools and structured answers use. */
export interface Schema {
  type?: string | readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  format?: string;
  default?: unknown;
}

/**
 * A value that fits `schema`, with the facts whose names occur in the field names ("date" fits `meeting_date`): what a
 * model would write when it knows these facts. Fields that are not required and that no fact fits are left out.
 */
export function fillSchema(schema: Schema, facts: Readonly<Record<string, string>>, field = ""): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined && factFor(field, facts) === undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum.find((value) => value === factFor(field, facts)) ?? schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined && choices.length > 0) return fillSchema(choices[0]!, facts, field);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
    case undefined:
      return fillObject(schema, facts);
    case "array":
      return schema.items === undefined ? [] : [fillSchema(schema.items, facts, field)];
    case "integer":
    case "number":
      return Number(factFor(field, facts) ?? 1);
    case "boolean":
      return factFor(field, facts) !== "false";
    case "null":
      return null;
    default:
      return factFor(field, facts) ?? facts.default ?? "";
  }
}

function fillObject(schema: Schema, facts: Readonly<Record<string, string>>): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isNested = property.type === "object" || property.type === "array";
    if (
      schema.required?.includes(name) ||
      factFor(name, facts) !== undefined ||
      (isNested && schema.required === undefined)
    )
      filled[name] = fillSchema(property, facts, name);
  }
  return filled;
}

function factFor(field: string, facts: Readonly<Record<string, string>>): string | undefined {
  const lower = field.toLowerCase();
  if (lower in facts) return facts[lower];
  const name = Object.keys(facts).find((fact) => fact !== "default" && lower.includes(fact));
  return name === undefined ? undefined : facts[name];
}
