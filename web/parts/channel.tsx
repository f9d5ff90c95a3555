import { circle, globe, messageCircle, pencil, phone, star, upload, users } from "../icons.ts";
import { Icon } from "./icon.tsx";

type ChannelKind = "call" | "whatsapp" | "staff" | "import" | "website" | "referral" | "campaign" | "other";

const icons: Record<ChannelKind, string> = {
  call: phone,
  whatsapp: messageCircle,
  staff: pencil,
  import: upload,
  website: globe,
  referral: users,
  campaign: star,
  other: circle,
};

/** Where something came from, as a coloured tile; the words stand beside it or in `label`. */
export function Channel({ kind, label }: { kind: ChannelKind; label?: string }) {
  return (
    <span class={`channel ${kind}`} {...(label ? { role: "img", "aria-label": label, title: label } : {})}>
      <Icon of={icons[kind]} />
    </span>
  );
}
