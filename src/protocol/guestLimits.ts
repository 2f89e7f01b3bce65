/** Apart from the schemas of the protocol, so that the guest can greet before it loads those. */
export const guestProtocolVersion = 1;
export const maxFrameBytes = 1024 * 1024;
/** Read sizes are held below the frame cap with room for base64 and the envelope. */
export const maxReadBytes = 512 * 1024;
