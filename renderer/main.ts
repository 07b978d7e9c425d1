// Where the window starts: connects to the app and shows it.
import { mount } from 'svelte';
import { connectApi } from './api/window-api.ts';
import App from './App.svelte';
import { createApp } from './state/app.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id "app"');

const app = createApp(connectApi(window.mcpProxy));
mount(App, { target, props: { app } });
void app.load();
