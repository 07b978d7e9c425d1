// How long the ui tests wait for what is to appear: parts of the window are loaded late, on a busy machine later still.
import { configure } from '@testing-library/svelte';

/** Milliseconds; below the project's limit for a test, so that what was waited for is told. */
configure({ asyncUtilTimeout: 8000 });
