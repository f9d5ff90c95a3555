import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api.ts";
import { number } from "../format.ts";
import { download, ellipsisVertical, kanban, list, listChecks, plus, search, upload, users } from "../icons.ts";
import { choosing } from "../models/chosen-leads.ts";
import {
  byStatus,
  fittingCount,
  leads,
  leadsLoad,
  loadLeads,
  shownLeads,
  statuses,
  type,
  typed,
} from "../models/leads.ts";
import { exportLeads } from "../models/leads-file.ts";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Icon } from "../parts/icon.tsx";
import { Menu, MenuItem } from "../parts/menu.tsx";
import { Page } from "../parts/page.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { SkeletonRows } from "../parts/skeleton.tsx";
import { failed } from "../parts/toasts.tsx";
import { problemText } from "../problems.ts";
import { useResource } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { me } from "../session.ts";
import { leadWords } from "../strings/leads.he.ts";
import { shellWords } from "../strings/shell.he.ts";
import { Board } from "./leads/board.tsx";
import { BulkBar } from "./leads/bulk-bar.tsx";
import { ImportLeads } from "./leads/import-leads.tsx";
import { LeadList } from "./leads/lead-list.tsx";
import { NewLead } from "./leads/new-lead.tsx";

export default function LeadsPage() {
  const t = leadWords();
  const adding = useSignal(query.value.get("new") !== null);
  useResource(statuses);
  useEffect(() => void loadLeads(), []);
  const importing = useSignal(false);
  const mayFiles = me.value?.role !== "agent";
  const board = query.value.get("view") === "board";
  const actions = (
    <>
      {mayFiles && (
        <span class="only-wide">
          <FileMenu onImport={() => (importing.value = true)} />
        </span>
      )}
      <Views board={board} />
      <Button look="primary" icon={plus} letter="B" shrinks onClick={() => (adding.value = true)}>
        {t.add}
      </Button>
    </>
  );
  return (
    <Page title={t.title} note={<Total />} actions={actions}>
      <div class="filters">
        <Filter />
        <span class="only-small">
          {!board && (
            <Button look="ghost" icon={listChecks} label={t.many.begin} onClick={() => (choosing.value = true)} />
          )}
          {mayFiles && <FileMenu onImport={() => (importing.value = true)} />}
        </span>
        {!board && <StatusChips />}
      </div>
      <Leads board={board} onImport={mayFiles ? () => (importing.value = true) : undefined} />
      {!board && <BulkBar />}
      {importing.value && <ImportLeads onClose={() => (importing.value = false)} />}
      {adding.value && <NewLead onClose={() => (adding.value = false)} />}
    </Page>
  );
}

function FileMenu({ onImport }: { onImport: () => void }) {
  const t = leadWords().file;
  return (
    <Menu
      look="btn ghost icon-only"
      trigger={<Icon of={ellipsisVertical} />}
      label={t.menu}
      items={() => (
        <>
          <MenuItem onClick={onImport}>
            <Icon of={upload} />
            {t.title}
          </MenuItem>
          <MenuItem onClick={() => void exportLeads().catch(failed)}>
            <Icon of={download} />
            {t.all}
          </MenuItem>
        </>
      )}
    />
  );
}

function Total() {
  const t = leadWords();
  const count = number(leads.value.length);
  return (
    <span>{leadsLoad.value === "all" ? t.total(count) : leadsLoad.value === "some" ? t.loadingRest(count) : ""}</span>
  );
}

function Views({ board }: { board: boolean }) {
  const t = leadWords().views;
  return (
    <fieldset class="segmented" aria-label={t.label}>
      <button type="button" aria-pressed={!board} onClick={() => setQuery({ view: "" })}>
        <Icon of={list} />
        <span class="only-wide">{t.list}</span>
        <span class="sr-only only-small">{t.list}</span>
      </button>
      <button type="button" aria-pressed={board} onClick={() => setQuery({ view: "board", status: "" })}>
        <Icon of={kanban} />
        <span class="only-wide">{t.board}</span>
        <span class="sr-only only-small">{t.board}</span>
      </button>
    </fieldset>
  );
}

const Filter = () => <SearchBox label={leadWords().filter} value={typed.value} onType={type} />;

function StatusChips() {
  const t = leadWords();
  const chosen = query.value.get("status") ?? "";
  const chip = (key: string, label: string, count: number) => (
    <button
      type="button"
      class="chip"
      key={key}
      aria-pressed={chosen === key}
      onClick={() => setQuery({ status: key })}
    >
      <span dir="auto">{label}</span>
      <span class="number">{number(count)}</span>
    </button>
  );
  return (
    <fieldset class="chips" aria-label={t.statusFilter}>
      {chip("", t.all, fittingCount.value)}
      {statuses.data.value?.map(({ key, label }) => chip(key, label, byStatus.value.get(key)?.length ?? 0))}
    </fieldset>
  );
}

interface LeadsProps {
  board: boolean;
  /** Absent for whoever may not. */
  onImport: (() => void) | undefined;
}

function Leads({ board, onImport }: LeadsProps) {
  const t = leadWords();
  const state = leadsLoad.value;
  if (state instanceof ApiError)
    return (
      <Empty icon={users} title={problemText(state)} text="">
        <Button onClick={loadLeads}>{shellWords().retry}</Button>
      </Empty>
    );
  if (state === "none" || state === "first") return <SkeletonRows count={10} />;
  if (leads.value.length === 0)
    return (
      <Empty icon={users} title={t.empty.title} text={t.empty.text}>
        {onImport && (
          <Button icon={upload} onClick={onImport}>
            {t.file.title}
          </Button>
        )}
      </Empty>
    );
  if (board) return <Board />;
  if (shownLeads.value.length > 0) return <LeadList />;
  const clear = () => {
    type("");
    setQuery({ q: "", status: "" });
  };
  return (
    <Empty icon={search} title={t.nothing.title} text={t.nothing.text}>
      <Button onClick={clear}>{t.nothing.clear}</Button>
    </Empty>
  );
}
