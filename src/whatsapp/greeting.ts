import { fillPlaceholders } from "../tenants/placeholders.ts";

// A message that is a greeting and nothing else: the business's own greeting answers it, no model is asked.
const hellos =
  /^(?:(?:שלום|היי|הי|אהלן|הלו|בוקר טוב|צהריים טובים|ערב טוב|לילה טוב|שבוע טוב|שבת שלום|מה שלומכם|מה שלומך|מה נשמע|מה קורה|לכם|לך|רב|hi|hello|hey|good morning|good evening|привет|здравствуйте|مرحبا|السلام عليكم|اهلا)\s*)+$/iu;

export const isHello = (text: string): boolean => hellos.test(text.replace(/[\p{P}\p{S}]/gu, " ").trim());

/** The business's written greeting; "" when it has none. */
export function greetingOf(
  profile: { whatsappGreeting: string | null; name: string; assistantName: string; city: string | null },
  customerName: string | null,
): string {
  return fillPlaceholders(profile.whatsappGreeting ?? "", {
    business_name: profile.name,
    assistant_name: profile.assistantName,
    customer_name: customerName ?? "",
    city: profile.city ?? "",
  });
}
