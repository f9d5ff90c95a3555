import { AppError } from "../base/errors.ts";
import type { BusinessId, CallId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import type { CallSettings, IncomingCall } from "../live-call/settings.ts";
import type { Directory } from "../tenants/directory.ts";
import { fillPlaceholders } from "../tenants/placeholders.ts";

/** What one call needs of its business, from memory. */
export function callSettings(
  directory: Directory,
  _incoming: IncomingCall,
  ids: { callId: CallId; businessId: BusinessId },
): CallSettings {
  const profile = directory.get(ids.businessId);
  if (!profile) throw new AppError("not_found", "the business is not active");
  const values = { business_name: profile.name, assistant_name: profile.assistantName };
  return {
    ...ids,
    businessName: profile.name,
    assistantName: profile.assistantName,
    greeting: profile.callGreeting === null ? null : fillPlaceholders(profile.callGreeting, values),
    instructions: profile.callPrompt,
    languages: [...profile.languages],
    keywords: [...profile.keywords],
    voice: profile.voice,
    tools: { definitions: [], run: async () => ({ output: "{}" }) },
    maxCallMs: limits.callMs,
  };
}
