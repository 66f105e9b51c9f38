import { render } from 'preact';
import type { AgentRow, AgentTotals } from '../../shared/agents.js';
import { connect } from '../connection/connection.js';
import { App } from './app.js';
import '../styles/base.css';
import '../styles/calls.css';
import '../styles/panels.css';
import '../styles/agents.css';

const root = document.getElementById('app');
if (root !== null) render(<App connection={connect<AgentRow, AgentTotals>()} />, root);
