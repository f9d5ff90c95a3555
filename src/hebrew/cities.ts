/** Coordinates in degrees and the local custom of lighting candles, in minutes before sunset. */
export interface City {
  id: string;
  name: string;
  latitude: number;
  longitude: number;
  candleMinutes: number;
}

type Row = readonly [id: string, name: string, latitude: number, longitude: number, candleMinutes?: number];

// Candle lighting: 18 minutes before sunset, 40 in Jerusalem and Petah Tikva, 30 in Haifa and Zikhron Yaakov (calendars of the rabbinates).
const rows: readonly Row[] = [
  ["jerusalem", "ירושלים", 31.778, 35.235, 40],
  ["tel-aviv", "תל אביב", 32.08, 34.78],
  ["haifa", "חיפה", 32.815, 34.989, 30],
  ["beer-sheva", "באר שבע", 31.252, 34.791],
  ["rishon-lezion", "ראשון לציון", 31.971, 34.789],
  ["petah-tikva", "פתח תקווה", 32.087, 34.888, 40],
  ["ashdod", "אשדוד", 31.801, 34.643],
  ["netanya", "נתניה", 32.332, 34.857],
  ["bnei-brak", "בני ברק", 32.081, 34.834],
  ["holon", "חולון", 32.011, 34.774],
  ["ramat-gan", "רמת גן", 32.068, 34.824],
  ["ashkelon", "אשקלון", 31.669, 34.571],
  ["rehovot", "רחובות", 31.894, 34.811],
  ["bat-yam", "בת ים", 32.017, 34.745],
  ["beit-shemesh", "בית שמש", 31.747, 34.988, 40],
  ["kfar-saba", "כפר סבא", 32.175, 34.907],
  ["herzliya", "הרצליה", 32.164, 34.844],
  ["hadera", "חדרה", 32.434, 34.92],
  ["modiin", "מודיעין", 31.899, 35.01],
  ["raanana", "רעננה", 32.184, 34.871],
  ["nazareth", "נצרת", 32.702, 35.298],
  ["lod", "לוד", 31.951, 34.888],
  ["ramla", "רמלה", 31.931, 34.866],
  ["nahariya", "נהריה", 33.006, 35.095],
  ["acre", "עכו", 32.928, 35.082],
  ["karmiel", "כרמיאל", 32.919, 35.296],
  ["tiberias", "טבריה", 32.792, 35.531],
  ["safed", "צפת", 32.965, 35.496],
  ["afula", "עפולה", 32.609, 35.289],
  ["kiryat-shmona", "קריית שמונה", 33.208, 35.571],
  ["eilat", "אילת", 29.557, 34.951],
  ["dimona", "דימונה", 31.069, 35.033],
  ["arad", "ערד", 31.259, 35.213],
  ["kiryat-gat", "קריית גת", 31.61, 34.764],
  ["yavne", "יבנה", 31.877, 34.739],
  ["rosh-haayin", "ראש העין", 32.095, 34.957],
  ["zikhron-yaakov", "זכרון יעקב", 32.571, 34.955, 30],
  ["caesarea", "קיסריה", 32.5, 34.894],
  ["ariel", "אריאל", 32.104, 35.174],
  ["beitar-illit", "ביתר עילית", 31.698, 35.12],
];

const table: ReadonlyMap<string, City> = new Map(
  rows.flatMap(([id, name, latitude, longitude, candleMinutes = 18]) => {
    const city: City = { id, name, latitude, longitude, candleMinutes };
    return [
      [id, city],
      [name, city],
    ] as const;
  }),
);

/** Used when a business has not named its city. */
export const defaultCity = "tel-aviv";

/** A city by id ("tel-aviv") or Hebrew name; unknown names get Tel Aviv, whose times differ by at most ten minutes in Israel. */
export const cityOf = (idOrName: string | undefined): City =>
  table.get(idOrName ?? defaultCity) ?? table.get(defaultCity)!;

/** All cities of the table, for a settings form. */
export const cities: readonly City[] = [...new Set(table.values())];
