import { ApiError } from "../../api.ts";
import { clockOf } from "../../dates.ts";
import { createForm } from "../../form.ts";
import { bookMeeting, resourceList } from "../../models/calendar.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field, Select } from "../../parts/field.tsx";
import { toast } from "../../parts/toasts.tsx";
import { useResource } from "../../resource.ts";
import { setQuery } from "../../router.ts";
import { calendarWords } from "../../strings/calendar.he.ts";

const form = createForm();

interface NewMeetingProps {
  date: string;
  /** Chosen in the grid; null = not yet. */
  minute: number | null;
  onClose: () => void;
}

export function NewMeetingDialog({ date, minute, onClose }: NewMeetingProps) {
  const t = calendarWords();
  const { problems, busy } = form;
  const resources = useResource(resourceList).data.value?.items ?? [];
  const book = async (element: HTMLFormElement) => {
    let booked = date;
    const done = await form.submit(element, async (values) => {
      try {
        await bookMeeting(meetingOf(values));
        booked = values.date || date;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "taken") throw error;
        throw new ApiError("invalid", [{ path: "time", code: "taken_time" }], 409);
      }
    });
    if (!done) return;
    setQuery({ date: booked }); // what was booked is looked at, in whichever week it is
    toast(t.form.booked);
    onClose();
  };
  const foot = (
    <Button type="submit" look="primary" busy={busy.value}>
      {t.form.book}
    </Button>
  );
  const wrong = problems.value;
  const timeProblem = wrong.time ? t.form.taken : (wrong.startsLocal ?? wrong.startsAt);
  return (
    <Dialog title={t.add} foot={foot} onClose={onClose} onSubmit={book}>
      <Field label={t.form.name} name="name" autocomplete="off" error={wrong["customer.name"]} />
      <Field label={t.form.phone} name="phone" type="tel" autocomplete="off" error={wrong["customer.phone"]} />
      <Field label={t.form.date} name="date" type="date" ltr value={date} />
      <Field
        label={t.form.time}
        name="time"
        type="time"
        ltr
        value={minute === null ? "" : clockOf(minute)}
        error={timeProblem}
      />
      {resources.length > 1 && (
        <Select
          label={t.form.who}
          name="resourceId"
          options={resources.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <Field label={t.form.topic} name="topic" error={wrong.topic} />
    </Dialog>
  );
}

const meetingOf = (values: Record<string, string>) => ({
  startsLocal: `${values.date}T${values.time}`,
  topic: values.topic || null,
  customer: { phone: values.phone ?? "", ...(values.name ? { name: values.name } : {}) },
  ...(values.resourceId ? { resourceId: values.resourceId } : {}),
});
