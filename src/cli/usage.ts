/** What `bun run cli help` prints, by the rooms of an office. Every ID is one that a `list` shows. */
export const usage = `usage: bun run cli <command>       results are JSON; all but business, user, understand and chat need --business ID

Businesses
  business add --name NAME --phone +9723… [--greeting TEXT] [--prompt TEXT] [--timezone ZONE]
  business list
  settings show
  settings set [--name …] [--city …] [--timezone …] [--languages he,en] [--assistant-name …] [--voice …]
               [--greeting TEXT | --no-greeting] [--whatsapp-greeting TEXT | --no-whatsapp-greeting] [--keywords a,b]
               [--record true|false] [--recording-days N] [--transfer-phone +972… --transfer-label … | --no-transfer]
               [--daily-cap AGOROT | --no-daily-cap]

People
  user add --email … --name … --role owner|agent --business ID | --role system_admin      prints the link to hand over
  user link --email …                                 a new link: whoever opens it chooses a password
  user list

The assistant
  prompt show|versions --channel call|whatsapp
  prompt set --channel … --text TEXT | --file PATH (- reads standard input)
  prompt diff --channel … --from N --to N
  prompt rollback --channel … --version N
  knowledge list
  knowledge add --subject … --body … [--kind fact|procedure|never] [--draft] [--id ID to change one]
  knowledge publish|remove ID
  knowledge unanswered [--limit N]
  knowledge answer QUESTION_ID --body …               a draft, until it is published
  knowledge dismiss QUESTION_ID
  chat --business ID [--as PHONE]                     talk with the assistant in the terminal
  understand TEXT …                                   what it reads in a Hebrew sentence

Customers
  calls list [--limit N] [--before CURSOR]
  calls show ID                                       without --business
  leads list [--status KEY] [--customer ID] [--limit N] [--before CURSOR]
  leads status ID --to KEY
  leads statuses list
  leads statuses add --key KEY --label TEXT [--hue 0-359] [--closed true|false]
  leads statuses rename --key KEY [--label TEXT] [--hue …] [--closed …]
  leads statuses remove --key KEY --move-to KEY
  leads merge --keep CUSTOMER_ID --merge CUSTOMER_ID --preview | --proof TEXT
  leads undo-merge MERGE_ID
  customer export CUSTOMER_ID --to FILE.zip           everything of one person, recordings and files too
  customer erase CUSTOMER_ID                          for good: rows, files, and the copies at providers

Calendar
  hours show [--from DATE]
  hours set --days sun-thu --open 09:00 --close 17:00 [--resource ID]     or --windows 09:00-13:00,16:00-19:00, or --closed
  hours set --date DATE --closed [--reason TEXT]      or hours, also on Shabbat and holidays; --weekly takes it back
  hours set [--length MIN] [--step MIN] [--buffer-before MIN] [--buffer-after MIN] [--notice MIN] [--horizon DAYS]
            [--keeps-shabbat true|false] [--reminders 1440,120] [--quiet 21:00-08:00]
  resource list
  resource add --name NAME
  resource change ID [--name NAME] [--active true|false] [--position N]
  meetings list [--from DATE] [--to DATE] [--customer ID] [--limit N] [--after CURSOR]
  meetings book --at 2026-12-31T10:00 --customer ID | --phone +972… [--name …] [--minutes N] [--resource ID] [--topic …]
  meetings move ID --at 2026-12-31T11:00 [--minutes N] [--resource ID] [--untold]
  meetings cancel ID [--untold]                       both tell the customer by WhatsApp, unless --untold
  calendar feed [--renew]                             the address to subscribe to; --renew ends the old ones

WhatsApp (the running product does it)
  whatsapp connect | disconnect                       connect shows a QR to scan, then stays linked
  whatsapp status                                     state, and the QR while it waits
  whatsapp alerts                                     outages and failures that were told
  whatsapp chats [--search TEXT] [--limit N] [--before CURSOR]
  whatsapp messages CONVERSATION_ID [--limit N] [--before CURSOR]
`;
