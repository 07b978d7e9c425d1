// What the demo server calls itself: the tour deletes a note, and must not do so to anyone else's notes.
export const demoServerName = 'mcp-proxy-desktop-demo-notes';
