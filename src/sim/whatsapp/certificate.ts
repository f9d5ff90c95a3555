/**
 * The certificate chain that WhatsApp's servers show in the Noise handshake (public; the one that @openclaw/crabline
 * shows, MIT). The client checks that WhatsApp signed it, but never compares it with the key of the handshake: in the
 * world, TLS is the real protection. That lets an unmodified client talk to this server, which has no key of WhatsApp.
 */
export const whatsappCertificateChain: Uint8Array = Buffer.from(
  "CncKMwjjAhADGiCRKg7Kg1iu4CSulwLBaxX51Tefw6VXGgZqcr5OEbXIRiDQ04bOBijQjZ/TBhJA34Bj82jAHhLpCWBNVBlGnFDieamd8+138S57" +
    "uMt9ke9mrn5r4+VepwBPKEgHjob6bR70rlCmWDkxZv+CfVjIAxJ2CjIIAxAAGiAcUamsMDmUxsjQuS6hh4pTNHZZnMWZ++o1mX2aqQzOYiCAka6+" +
    "Bij/3rfcBhJAJw8pRkhTn+1IcOJQVN1OlZg6uikYnCumyO7acFVVX3U3QPXsGSq2TCbCbWrebSC593Su43EgprIDlfU8ZgWFBw==",
  "base64",
);
