// Where the prompt's page starts: connects to the app, and shows what waits.
import { mount } from 'svelte';
import { connectApi } from './api/window-api.ts';
import Prompt from './Prompt.svelte';
import { PromptState } from './state/prompt.svelte.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('prompt.html has no element with the id "app"');

const prompt = new PromptState(connectApi(window.mcpProxy));
mount(Prompt, { target, props: { prompt } });
void prompt.load();
