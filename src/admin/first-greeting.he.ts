/** What a new business says on the phone until somebody writes another greeting. That the call is recorded is added where it is. */
export const firstGreeting = "שלום, הגעתם ל{{business_name}}, מדברת {{assistant_name}}. איך אפשר לעזור?";
