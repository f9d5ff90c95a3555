/** The queue whose jobs fetch a message's file: `{ mediaId }`. */
export const mediaQueue = "whatsapp_media";
