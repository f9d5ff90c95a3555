import type { Translation } from "../language.ts";
import type { he } from "./door.he.ts";

export const en: Translation<typeof he> = {
  login: {
    title: "Log in",
    text: "Your business in one place: calls, calendar and customers.",
    email: "Email",
    password: "Password",
    submit: "Log in",
    wrong: "Wrong email or password.",
    forgot: "Forgot your password? The owner or the administrator can send you a new link.",
  },
  again: {
    title: "Please log in again",
    text: "You go on from the same place, and everything you typed is still there.",
  },
  welcome: {
    hello: (name) => `Hello, ${name}`,
    invite: "Choose a password, and you are in.",
    reset: "You can choose a new password.",
    firstTitle: "Welcome",
    first:
      "This is a new installation. Here you set how its administrator logs in; right after that you open the business.",
    name: "Name",
    email: "Email",
    password: "New password",
    passwordHint: "At least 10 characters. A sentence you remember beats a complicated password.",
    submit: "Save and log in",
    dead: {
      title: "This link no longer works",
      text: "It was used or has expired. Ask whoever sent it for a new one.",
      login: "Go to login",
    },
  },
};
