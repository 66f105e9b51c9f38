import { render } from 'preact';
import { App } from './app.js';
import type { CallRow, Totals } from '../../shared/protocol.js';
import { connect } from '../connection/connection.js';
import '../styles/base.css';
import '../styles/calls.css';
import '../styles/panels.css';

const root = document.getElementById('app');
if (root !== null) render(<App connection={connect<CallRow, Totals>()} />, root);
