import { assert } from "./base/assert.ts";

/**
 * Every bound and timeout of the product, in one place. Times in ms, sizes in bytes unless the name says otherwise.
 * Relations that the code relies on are asserted below, so that a careless change fails at start and not in a call.
 */
export const limits = {
  // Calls
  callsMax: 400,
  liveLevelMs: 70, // ten pictures a second and more of how loud a call is, for whoever looks
  testCallsPerBusinessMax: 3, // from the panel's microphone, at once
  callMs: 20 * 60_000, // K21: a stuck call must not run up a bill
  callWarnMs: 18 * 60_000,
  streamStartMs: 8_000, // V12
  noMediaMs: 6_000, // V12
  callsPerCallerMax: 3, // K12: at once; over any of these three the caller leaves a message
  callsPerCallerPerHourMax: 10,
  webhooksPerSecondMax: 50, // new calls of one business
  callersRemembered: 20_000, // some hours of a busy installation
  bargeInGraceMs: 300, // inside V8's window of 250-400 ms
  sweepMs: 250, // one timer for all watchdogs of the process
  playoutLeadMs: 1_250, // Twilio holds 1.0-1.5 s: no timer matters, a clear is cheap
  playoutQueueMs: 120_000,
  markEveryMs: 200,
  markSlackMs: 3_000,
  marksLostMax: 3, // three answers whose end was never reported: the peer is dead
  callerSilenceMs: 8_000,
  goodbyeMs: 10_000, // for the last words to be said and heard
  longGoodbyeMs: 30_000, // for those that are still being heard then: a model sums up an appointment before it says goodbye
  toolFillerMs: 800,
  toolMs: 8_000,
  toolCallsPerTurnMax: 12, // K17
  toolCallsPerCallMax: 40,
  firstAudioFillerMs: 1_500, // V21: the caller never hears more than 2 s of unexplained silence
  firstAudioRetryMs: 6_000,
  firstAudioFallbackMs: 10_000,
  pendingInboundMs: 10_000, // audio kept while the engine is not ready
  inboundGapMs: 2_000, // lost frames are replaced by at most this much silence
  echoTailMs: 300, // the last words come back from the caller's phone this late, or later where its echo was heard to be
  missedTurnMs: 1_700, // of silence by our ear, and the engine has not noticed: ask for the answer; V21 allows the caller 2 s
  keypadInputsPerCallMax: 40, // S6: nobody presses that many
  keypadMs: 3_000, // keys within this time are one input
  nextStepMs: 2_000, // how long the provider may take to ask what follows the stream
  stoppedMs: 15_000, // a stream was stopped: how long Twilio may try to ask us before the caller is taken to have hung up
  providerActionMs: 5_000, // a redirect or hang-up that takes longer has failed
  greetingPatienceMs: 300, // a personal greeting may be this late before the general one is said
  uplinkRingMs: 600, // replayed at barge-in so that the onset is not lost

  // The voice engine
  engineGivenUpMs: 8_000, // not ready for this long while the caller is on the line: message taking
  engineConnectMs: 3_000,
  engineReconnectMs: 4_000,
  enginePingMs: 10_000,
  engineStuckMs: 5_000,
  engineRotateMs: 50 * 60_000, // the provider ends a session at 60 minutes
  engineRotateBeforeExpiryMs: 5 * 60_000,
  engineWordsMs: 10_000, // a new session waits this long for the words of the caller's last turn, which come within two seconds if they come
  engineConfigureMs: 2_000, // a session that never confirms its settings is used as it is; a caller waits no longer
  engineLingerMs: 1_500, // after the caller hung up: his last words are being transcribed
  engineCloseMs: 500, // then the socket is cut off
  engineReconnectAudioMs: 5_000,
  engineBufferedBytes: 256 * 1024,
  historyTurnsMax: 20,

  // Speech and text around a call
  transcriptionMs: 120_000, // a recording of two minutes, on a bad day
  chatMs: 45_000,
  providerAnswerBytes: 4 * 1024 * 1024,
  phraseRenderMs: 20_000,
  phraseChars: 1_000,
  phrasesAtOnce: 4, // sessions opened only to read a text aloud
  phrasesWaiting: 256,
  phraseRetryMs: 30_000, // a text that could not be rendered is not tried again in every call
  phraseMemoryBytes: 32 * 1024 * 1024, // over an hour of speech
  phraseFiles: 5_000,

  // The media socket (K2, K3)
  mediaFrameBytes: 64 * 1024,
  mediaFramesPerSecondMax: 200,
  mediaBufferedBytes: 256 * 1024,
  mediaBufferedMs: 2_000,
  socketBacklogBytes: 1024 * 1024,
  socketIdleSeconds: 30,
  streamTokenMs: 60_000,
  streamTokensMax: 2_000,
  phoneCallsRemembered: 2_000, // what was answered to a call, so that a repeated webhook gets the same
  startFrameMs: 3_000,
  anonymousSocketsMax: 50,
  anonymousSocketsPerAddressMax: 10,

  // Webhooks and the rest of HTTP
  callerMemoryMs: 150, // what is known of a caller, while the phone network still sets up the stream
  webhookDatabaseMs: 50, // how long a webhook may wait for the database at all (V1 allows 100 ms in total)
  requestBodyBytes: 1024 * 1024,
  strangerBodyBytes: 16 * 1024, // of whoever is not logged in: a password and a link
  uploadBytes: 17 * 1024 * 1024, // of the routes that take files
  uploadsMax: 16, // at once: each lies in memory as a whole, 256 MB together
  uploadsPerBusinessMax: 6,
  pageRowsMax: 200, // rows of one page of a list
  importBytes: 1_000_000, // a file of leads
  importRowsMax: 10_000,
  importMs: 30_000,
  personMs: 30_000, // years of messages are read, or go, in one transaction
  webhookBodyBytes: 64 * 1024,
  whatsappWebhookBodyBytes: 1024 * 1024, // a text of 65,536 letters, form-encoded in Hebrew
  providerRequestMs: 10_000,

  // Accounts (K6, K12)
  sessionIdleMs: 12 * 60 * 60_000,
  sessionTotalMs: 7 * 24 * 60 * 60_000,
  sessionTouchMs: 5 * 60_000, // a session's last use is written down this often
  sessionsRemembered: 5_000,
  sessionRememberedMs: 5_000,
  callersKnown: 20_000, // good cookies and keys count for whose they are, all others for their address
  loginWindowMs: 15 * 60_000,
  loginPerAccountMax: 5,
  loginPerAddressMax: 20,
  passwordCharsMin: 10,
  passwordCharsMax: 200,
  passwordChecksWaiting: 50, // 50 ms each, one at a time: whoever comes later is told to come back
  inviteMs: 7 * 24 * 60 * 60_000,
  resetMs: 24 * 60 * 60_000,
  freshPasswordMs: 15 * 60_000, // K7: keys, people and secrets want a password given this lately
  knowledgeMax: 200, // subjects of one business: a model that is told all of them still fits its other instructions
  knowledgeRuleChars: 12_000, // published procedures and what must never be said, which every conversation is told
  keysMax: 50, // API keys of one business, and as many revoked ones are remembered
  calendarsMax: 100, // people and rooms of one business: every search for a free hour looks at all of them
  teamMax: 200, // people of one business who may log in
  datedHoursMax: 10_000, // hours of single dates, of all calendars together: a hundred of each
  pushDevicesMax: 10, // of one person: phones and computers that are told with the panel closed
  ownerTellingsPerHour: 10, // lines that an owner hears of by WhatsApp, and as many by mail
  webhooksMax: 20, // addresses of one business
  webhookItemsMax: 100, // leads in one event of many: some 50 KB
  webhookFailingMs: 3 * 24 * 60 * 60_000, // an address that answers nothing for this long is switched off
  budgetPollMs: 30_000, // how soon a day's budget that is used up is noticed
  exportsPerMinuteMax: 5, // of one person: each reads a business's whole list, or all of a customer's files
  keyTouchMs: 60_000, // a key's last use is written down this often

  // Live updates
  liveStreamsMax: 2_000, // per process
  liveStreamsPerBusinessMax: 500, // of those: one business cannot take the panels of all others
  liveStreamsPerSessionMax: 20, // tabs
  liveBehindMax: 256, // facts that a slow reader has not taken: it is closed and comes back
  liveRemembered: 5_000, // facts kept for whoever comes back after a gap
  liveBeatMs: 25_000,
  liveGatherMs: 25, // facts of so short a time go out together: a packet per panel costs most, and nobody sees the difference

  // Database
  webQueryMs: 2_000,
  jobQueryMs: 5_000,
  databaseConnectSeconds: 3,
  databaseConnections: 10,
  databaseStartMs: 20_000, // recovery after a power cut replays up to 256 MB of log
  databaseStopMs: 10_000,
  databaseKeepMs: 500, // how often our own server is looked after
  lastLinesMs: 2_000, // for the log to be written out when the process ends: its reader may have stopped reading
  houseWaitMs: 15_000, // for a command that still has the storage folder, or a product that is starting or stopping
  databaseWaitingMax: 100, // transactions waiting or running: more are refused at once (F40)
  slowSqlMs: 200, // O3
  directoryPollMs: 30_000, // in case an announcement was lost
  writeBehindRowsMax: 20_000, // 60 s of outage at 100 calls with some room
  writeBehindBatchRows: 500, // enough to catch up quickly after an outage, few enough for one statement's deadline
  outageBytes: 64 * 1024 * 1024, // of rows that lie on the disk while the database is away: three times all that may wait

  // Assistant and appointments
  holdMs: 10 * 60_000, // an offered slot is kept for a chat answer, and freed soon enough for others
  offersMax: 3,
  holdsPerCustomerMax: 6, // two talks of one person at once
  holdsPerBusinessMax: 60, // twenty talks at once; the oldest holds give way, nobody's whole calendar is kept
  pendingMs: 30 * 60_000, // half an appointment is forgotten after a pause in the talk
  confirmAfterMs: 2 * 60_000, // the rest of the call may still change it
  ownerLateMs: 60 * 60_000, // a line that the owner was not told of by then waits behind the bell
  reminderLateMs: 15 * 60_000, // C9: later than this it is not sent at all
  memoryMessages: 10, // A3
  leadStatusesMax: 40, // columns that a board can still show
  identitiesMax: 50, // of one customer
  promptChars: 20_000,
  toolArgumentsChars: 4_000,
  toolTranscriptMs: 1_200, // the caller's words come later than the model's tool call
  transfersPerDayMax: 10, // K16, per business
  transferChecksPerDayMax: 5, // calls that read a code, per business
  transferCodeMs: 10 * 60_000, // how long such a code holds
  transferCodeTries: 5,
  customerTextChars: 4_000,
  chatRoundsMax: 6,
  chatTurnMs: 60_000,

  // Rehearsal
  rehearsalScenariosMax: 50,
  rehearsalLinesMax: 20,
  rehearsalsWaitingMax: 100, // of one business: all its scenarios, twice
  rehearsalMs: 300_000, // K17: one text run, all its turns
  rehearsalRunsShown: 100,
  promptDraftsShown: 50,

  // Jobs
  jobLeaseMs: 20_000, // renewed three times in that; with the poll, a dead process's jobs run again within 30 s (F52)
  jobStopMs: 5_000,
  jobWaitMs: 24 * 60 * 60_000, // how long a job waits for a dependency that is away before it is given up
  jobPollMs: 5_000,
  jobsAtOnce: 8,
  deliveriesAtOnce: 16, // webhooks on their way, beside the other jobs
  deliveriesPerBusiness: 2, // an address that never answers holds each of these for 10 s

  // WhatsApp
  waSendMs: 30_000, // W5: by then a send is accepted, refused or unknown
  waSendGraceMs: 5_000, // a provider that breaks that promise is given up on
  waTries: 3,
  waUnknownTries: 8, // repeats under one id, which a phone shows once
  waOutboxMax: 1_000, // messages of one business that may wait
  waTextChars: 65_536, // what WhatsApp itself shows of one message
  waOutgoingChars: 4_096,
  waQuietMs: 1_200, // W12: a burst is over when nothing came for 1-1.5 s
  waQuietMaxMs: 10_000, // somebody who never stops writing is answered all the same
  waAutoReplyMs: 5_000, // the phone's own greeting comes within a second or two; a person needs more to see, open, read and write
  waAutoReplyChars: 20, // shorter ones a person may have written as quickly
  waQuietChatMs: 60_000, // nothing written for this long: what comes next in a chat begins anew
  waTypingMs: 6_000, // "typing…" without news counts for this long
  waNoteMs: 60_000, // a voice note that is not written out by then is answered without its words
  waAnswersAtOnce: 8, // model calls
  waAnswerLeaseMs: 20_000, // renewed with every sweep; an answer that died with its process is made anew this much later
  waAnswerTries: 8, // some ten minutes without a model; then a person is asked
  waAnswersPerMinute: 20, // K12, per customer
  waAnswersPerDay: 150, // two machines that answer each other end here
  waLeaseMs: 30_000, // O8: a session moves to another process this long after its own died
  waPollMs: 5_000,
  waYoungNumberMs: 7 * 24 * 60 * 60_000, // K20: a number linked for less writes first to a tenth as many
  waAlertFailures: 4, // W7: about 110 s of failed tries
  waOutageEndMs: 60_000, // a link that holds this long ends the outage
  waOutageReopenMs: 10 * 60_000, // a new loss within this time is the same outage
  waMediaBytes: 16 * 1024 * 1024, // K13
  waEditsMax: 20,
  waAudioBytes: 10 * 1024 * 1024,
  waMediaQuotaBytes: 2 * 1024 * 1024 * 1024, // per business
  waMediaShareBytes: 512 * 1024 * 1024, // of it, what one customer may send

  // Recordings
  recordingDays: 2, // V15
  recordingBytesMax: 16 * 1024 * 1024,

  // Processes on one database
  processLeaseMs: 60_000, // not seen for this long = dead: its calls are closed, their callers called back
  processRenewMs: 15_000,

  // WhatsApp through Baileys: threads and their connections
  waConnectMs: 20_000,
  waOpenMs: 30_000, // from the start of a try to an open connection; a QR on show stops this clock
  waAckMs: 29_000, // a little before the port's promise, which the thread that asked keeps
  waQueryMs: 10_000, // the library waits a minute, with every other send of the session behind it
  waKeepAliveMs: 15_000,
  waDeafMs: 35_000, // nothing heard although the keep-alive asked twice: the connection is cut
  waFreshMs: 45_000, // "connected" = heard of within this time
  waSteadyMs: 60_000, // an open connection this old makes earlier failures forgotten
  waCutMs: 1_000, // for the peer's goodbye; a dead one would be waited for 30 s
  waStaggerMs: 200, // between two sessions that connect: 20 are back within 4 s, and the server sees no herd
  waUnreadMs: 60_000, // a message that arrived and is not journalled by then: the pipeline is stuck
  waSilentMs: 6 * 60 * 60_000, // an open connection that brings no message for this long is made anew: it may be deaf
  waStuckAgainMs: 60 * 60_000, // stuck twice within this time: the thread is replaced, not only the connection
  waVersionMs: 5_000,
  waVersionBytes: 8 * 1024 * 1024,
  waMediaMs: 60_000,
  waPingMs: 5_000, // threads; two unanswered and the thread is ended
  waThreadStartMs: 20_000, // half a second on a quiet machine
  waThreadHeapBytes: 256 * 1024 * 1024, // a thread above this is replaced at its next quiet moment
  waPairingCodeMs: 2 * 60_000,
  waReplacedMs: 10 * 60_000, // used elsewhere twice within this time: a person decides who keeps the login

  // Shutdown
  drainMs: 15 * 60_000,
  drainHurryMs: 8_000, // for calls that cannot be waited for, all in all; with the last reports and the closing ten seconds
  drainGoodbyeMs: 7_000, // of these the goodbye; the rest is for the provider to hang up
  lastReportsMs: 1_500, // after the last call's end the provider still asks and reports (F50: gone after 2 s)
  closeMs: 10_000, // for writing out what is still in memory
} as const;

assert(limits.bargeInGraceMs >= 250 && limits.bargeInGraceMs <= 400, "V8 fixes the grace period at 250-400 ms");
assert(limits.bargeInGraceMs < limits.noMediaMs, "grace must end before the watchdog can fire");
assert(limits.firstAudioFillerMs < limits.firstAudioRetryMs, "a filler is tried before a retry");
assert(limits.firstAudioRetryMs < limits.firstAudioFallbackMs, "a retry is tried before the fallback");
assert(limits.engineConfigureMs < limits.engineStuckMs, "a silent server gets more time than an unconfirmed one");
assert(limits.engineRotateMs < 60 * 60_000, "sessions rotate before the provider ends them");
assert(limits.engineLingerMs + limits.engineCloseMs <= 2_000, "F19: the model's socket is gone 2 s after the call");
assert(limits.callWarnMs < limits.callMs, "the warning comes before the end");
assert(limits.webhookDatabaseMs < 100, "V1: the webhook answers in under 100 ms");
assert(limits.importBytes < limits.requestBodyBytes, "a file that is too large is told so by its route");
assert(
  limits.liveStreamsPerSessionMax < limits.liveStreamsPerBusinessMax,
  "one person cannot take a business's panels",
);
assert(limits.liveStreamsPerBusinessMax < limits.liveStreamsMax, "one business cannot take the process's panels");
assert(limits.jobLeaseMs + limits.jobPollMs < 30_000, "F52: jobs of a dead process are rescued within 30 s");
assert(limits.jobQueryMs < limits.jobLeaseMs / 2, "a lease survives one renewal that fails");
assert(limits.processLeaseMs > 3 * limits.processRenewMs, "a claim survives two renewals that fail");
assert(limits.toolFillerMs < limits.toolMs, "a filler is spoken before a tool is given up");
assert(limits.holdMs <= limits.pendingMs, "a held slot is never forgotten before its hold ends");
assert(2 * limits.uploadsPerBusinessMax < limits.uploadsMax, "two busy businesses leave room for a third one's files");
assert(
  2 * limits.waMediaShareBytes < limits.waMediaQuotaBytes,
  "two customers cannot fill a business's room for files",
);
assert(limits.waMediaBytes < limits.uploadBytes, "a file that is too large is told so by its route");
assert(limits.waQuietMs >= 1_000 && limits.waQuietMs <= 1_500, "W12 fixes the wait at 1-1.5 s");
assert(
  limits.waPollMs < limits.waAnswerLeaseMs / 3,
  "an answer in the making keeps its lease over two renewals that fail",
);
assert(limits.waPollMs < limits.waLeaseMs / 2, "a lease survives one renewal that fails");
assert(limits.waAckMs < limits.waSendMs, "a thread gives up on an acknowledgement before the one that asked it");
assert(limits.waQueryMs * 2 < limits.waOpenMs, "looking for devices leaves time for the send itself");
assert(limits.waKeepAliveMs * 2 < limits.waDeafMs, "a quiet connection is not taken for a dead one");
assert(limits.waDeafMs < limits.waFreshMs, "a dead connection is cut before it counts as unheard of");
assert(limits.toolTranscriptMs < limits.toolMs, "waiting for the caller's words leaves time for the tool itself");
assert(limits.drainGoodbyeMs < limits.drainHurryMs, "a goodbye leaves time for hanging up");
assert(limits.drainHurryMs + limits.lastReportsMs < 10_000, "F51: over ten seconds after the second signal");
assert(limits.sessionTouchMs < limits.sessionIdleMs / 10, "a session in use never looks idle");
assert(limits.sessionIdleMs < limits.sessionTotalMs, "a session may be idle for less than it may live");
