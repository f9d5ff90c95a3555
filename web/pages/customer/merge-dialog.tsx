import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { type Customer, merge, mergePreview } from "../../models/customer.ts";
import { Field } from "../../parts/field.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { type Chosen, PersonCombobox } from "../../parts/person-combobox.tsx";
import { Phone } from "../../parts/phone.tsx";
import { SkeletonBlock } from "../../parts/skeleton.tsx";
import { customerWords } from "../../strings/customer.he.ts";

interface MergeDialogProps {
  customer: Customer;
  /** What they are called on the page. */
  name: string;
  onClose: () => void;
}

/** Two customers turn out to be one person: the other is found, what moves is shown, and why is written down (A9). */
export function MergeDialog({ customer: kept, name, onClose }: MergeDialogProps) {
  const t = customerWords().merge;
  const other = useSignal<Chosen>(null);
  const typed = useSignal("");
  return (
    <FormDialog
      title={t.title(name)}
      go={t.go}
      onSend={({ proof = "" }) => merge(kept.id, other.value?.id, proof, name)}
      onClose={onClose}
    >
      {(problems) => (
        <>
          <PersonCombobox
            label={t.who}
            chosen={other.value}
            typed={typed}
            onChoose={(who) => (other.value = who)}
            error={problems.who}
            except={kept.id}
          />
          {other.value && <WhatMoves kept={kept} name={name} other={other.value} />}
          <Field label={t.proof} name="proof" maxLength={500} hint={t.proofHint} error={problems.proof} />
        </>
      )}
    </FormDialog>
  );
}

interface WhatMovesProps {
  kept: Customer;
  name: string;
  other: NonNullable<Chosen>;
}

function WhatMoves({ kept, name, other }: WhatMovesProps) {
  const t = customerWords().merge;
  const preview = mergePreview(`${kept.id} ${other.id}`);
  return (
    <section aria-label={t.moves}>
      <Loaded key={other.id} from={preview} skeleton={<SkeletonBlock size="96px" />}>
        {({ moves, dropsLead, movesLead }) => (
          <dl class="key-values">
            <dt>{t.name}</dt>
            <dd dir="auto">{kept.name === null && other.name !== null ? other.name : name}</dd>
            <dt>{t.lead}</dt>
            <dd>{dropsLead ? t.keepsLead : movesLead ? t.movesLead : t.noLead}</dd>
            {countsOf(moves).map(([what, count]) => (
              <Fragment key={what}>
                <dt>{t.counts[what]}</dt>
                <dd>
                  {count} {what === "customer_identities" && <Numbers of={other.phones} />}
                </dd>
              </Fragment>
            ))}
          </dl>
        )}
      </Loaded>
    </section>
  );
}

function Numbers({ of }: { of: readonly string[] }) {
  return (
    <>
      {of.map((number) => (
        <Fragment key={number}>
          {" · "}
          <Phone of={number} />
        </Fragment>
      ))}
    </>
  );
}

type Counted = keyof ReturnType<typeof customerWords>["merge"]["counts"];

/** What there is anything of, in the order of the words. */
const countsOf = (moves: Readonly<Record<string, number>>): [Counted, number][] =>
  (Object.keys(customerWords().merge.counts) as Counted[])
    .map((what): [Counted, number] => [what, moves[what] ?? 0])
    .filter(([, count]) => count > 0);
