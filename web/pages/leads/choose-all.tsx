import { useEffect, useRef } from "preact/hooks";
import { chooseAll, chooseNone, chosen } from "../../models/chosen-leads.ts";
import { shownLeads } from "../../models/leads.ts";
import { leadWords } from "../../strings/leads.he.ts";

/** Chooses all that are shown, or none; half-ticked while some are. */
export function ChooseAll() {
  const box = useRef<HTMLInputElement>(null);
  const count = chosen.value.length;
  const all = count > 0 && count === shownLeads.value.length;
  useEffect(() => {
    box.current!.indeterminate = count > 0 && !all;
  }, [count, all]);
  return (
    <input
      type="checkbox"
      class="lead-choice"
      ref={box}
      aria-label={leadWords().many.all}
      checked={all}
      onClick={() => (count > 0 ? chooseNone() : chooseAll())}
    />
  );
}
