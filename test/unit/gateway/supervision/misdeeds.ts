// How the made-up gateway of the host's tests misbehaves: `calls.story` of one of these ids.
export const misdeeds = { stall: 1, crash: 2, say: 3, print: 4, hang: 5 } as const;
