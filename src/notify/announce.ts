export { announce } from "../db/announce.ts";
