/**
 * What nearly every page is made of comes with the first script. As files of their own they are a few hundred bytes each, and
 * each is one more request: of six that an HTTP/1.1 browser makes at once, on a line where an answer takes 150 ms.
 */
import "./dates.ts";
import "./narrow.ts";
import "./parts/badge.tsx";
import "./parts/channel.tsx";
import "./parts/empty.tsx";
import "./parts/loaded.tsx";
import "./parts/phone.tsx";
import "./parts/search-box.tsx";
import "./read-pages.ts";
