/** Where the strings want a browser to go; nothing answers for the name, and no request for it may ever be made. */
export const elsewhere = "https://evil.example";

/**
 * Texts as a stranger could say or write them: each tries to run a script (`window.ran`), to fetch from elsewhere, to change
 * the page's address or to burst the layout (S9).
 */
export const hostileStrings: readonly string[] = [
  "<script>window.ran=1</script>",
  "</script><script>window.ran=1</script>",
  `<img src=x onerror="window.ran=1">`,
  `<img src="${elsewhere}/pixel.png">`,
  `"><svg onload=window.ran=1>`,
  `' autofocus onfocus=window.ran=1 x='`,
  `<iframe src="${elsewhere}/frame"></iframe>`,
  `<link rel=stylesheet href="${elsewhere}/a.css"><style>@import "${elsewhere}/b.css"; body{display:none}</style>`,
  `<base href="${elsewhere}/"><meta http-equiv=refresh content="0;url=${elsewhere}/away">`,
  `<form action="${elsewhere}/form"><button>שליחה</button></form>`,
  "javascript:window.ran=1",
  "data:text/html,<script>window.ran=1</script>",
  `[לחצו](javascript:window.ran=1) ![תמונה](${elsewhere}/markdown.png)`,
  `${elsewhere}/a-link-that-is-written`,
  "{{constructor.constructor('window.ran=1')()}}",
  `\${window.ran=1}`,
  "#{7*7} <%= 7*7 %> {{business_name}}",
  "&lt;script&gt;window.ran=1&lt;/script&gt; &#x3c;script&#x3e;",
  "<!-- <script>window.ran=1</script> -->",
  "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=1>",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "'; drop table customers; --",
  "=cmd|'/c calc'!A1",
  "../../../../etc/passwd",
  "\u202eהפוך אותי\u202e",
  "\u2067\u2067\u2067\u2067 פתוח בלי סוף",
  "abc\u200b\u200d\ufeffdef",
  `${"ל"}${"\u0301\u0323\u0489".repeat(40)}גדול`,
  "X".repeat(300),
  "ארוך".repeat(75),
  "א ".repeat(150),
  `שורה\n${"\n".repeat(20)}אחרונה`,
  "👩‍👩‍👧‍👦🏳️‍🌈🇮🇱".repeat(12),
  "﷽﷽﷽﷽﷽﷽﷽﷽",
  "\u0007\u001b[31m",
];
