import { expect, it } from 'vitest';
import { playCall } from '@amd/core/testing';

it('rings the next person when a voicemail answers, and connects the first human', () => {
  const call = playCall({ forwardTo: ['+14155550142', '+14155550143'] });
  call.leg(1).answers('machine_start');
  call.leg(2).answers('human');
  expect(call.talking).toEqual([2]);
  call.callerHangsUp();
  expect(call.result).toBe('connected');
});

it('asks an unsure answer for a key', () => {
  const call = playCall({ forwardTo: ['+14155550142'] });
  call.leg(1).answers('unknown');
  expect(call.said(1)).toEqual(['A call for you, from 1 2 1 2 5 5 5 0 1 2 3. Press any key to take it.']);
  call.leg(1).presses('#');
  expect(call.talking).toEqual([1]);
});

it('tells the caller when nobody can be reached', () => {
  const call = playCall({ forwardTo: ['+14155550142', '+14155550143'], texts: { unavailable: 'Nobody is in.' } });
  call.leg(1).declines();
  call.wait(20);
  expect(call.said(0).at(-1)).toBe('Nobody is in.');
  expect(call.result).toBe('unanswered');
});

it('ends every leg when the caller hangs up', () => {
  const call = playCall({ forwardTo: [{ targets: ['+14155550142', '+14155550143'] }] });
  call.callerHangsUp();
  expect(call.asked).toEqual(['call.create 1', 'call.create 2', 'call.end 1', 'call.end 2']);
  expect(call.result).toBe('callerLeft');
});
