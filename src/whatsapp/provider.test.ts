import type { BusinessId } from "../base/ids.ts";
import type { Address } from "./provider.ts";
import { type ContractWorld, providerContract } from "./testing/provider-contract.ts";
import { ScriptedProvider } from "./testing/scripted-provider.ts";

// The scripted provider, on which all other tests of this room rest, keeps the promises of the port.
async function scriptedWorld(): Promise<ContractWorld> {
  const provider = new ScriptedProvider();
  const customer: Address = { kind: "phone", value: "+972501112233" };
  const of = (businessId: BusinessId) => provider.channels.get(businessId)!;
  return {
    provider,
    customer,
    open: async (businessId) => of(businessId).scanned({ phone: "+97235550100", name: "מספרת דנה" }),
    writes: (businessId, text) => of(businessId).arrives(customer, text),
    async sendsFile(businessId, content) {
      of(businessId).files.set("file", content);
      const media = {
        ref: "file",
        mimeType: "application/pdf",
        bytes: content.length,
        fileName: "a.pdf",
        seconds: null,
      };
      return of(businessId).arrives(customer, { kind: "document", media, caption: "" });
    },
    sees: async (businessId) => of(businessId).shown.map(({ text }) => text),
    async reads(businessId) {
      for (const { providerId } of of(businessId).shown) await of(businessId).reports(providerId, "read");
    },
    async loseAnswers(businessId, on) {
      if (on) of(businessId).script.push("lose_answer");
    },
    cut: async (businessId) => of(businessId).drops("connection_lost"),
    asksAgain: async (businessId, providerId) => void (await of(businessId).host.resend(providerId)),
    close: () => provider.close(),
  };
}

providerContract("scripted", scriptedWorld);
