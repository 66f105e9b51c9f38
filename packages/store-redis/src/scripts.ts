import { createHash } from 'node:crypto';

/** A Lua script that Redis runs as one step. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
}

/*
 * Keys, all with the store's prefix `P`, which has a hash tag, so that they are in one slot of a cluster:
 *   P:record:KEY   hash: revision, data, expires ('' for never)
 *   P:tasks:KEY    hash: task id → packed { due, data, attempt, lease, claimable, turn }
 *   P:due:SPACE    sorted set of `TURN KEY\0ID` by the time from which they may be claimed; at the same time, by turn
 *   P:spaces       set of the spaces there are (a key up to its first colon)
 *   P:log          sorted set of keys by the sequence number of their newest commit
 *   P:expiring     sorted set of keys by when to look whether they can be removed
 *   P:claimed:LEASE      what a claim took, as long as its lease lasts, for a repeated claim after a lost answer
 *   P:sequence, P:turn   counters
 * Numbers are passed as text: Lua's are doubles, and its own formatting loses digits.
 */
const SHARED = `
local P = KEYS[1]
local function text(n) return string.format('%.0f', n) end
local function spaceOf(key) return string.match(key, '^[^:]*:') or '' end
local function memberOf(turn, key, id) return string.format('%016.0f', turn) .. key .. '\\0' .. id end
local function forget(key, id)
  local packed = redis.call('HGET', P .. ':tasks:' .. key, id)
  if not packed then return nil end
  local task = cmsgpack.unpack(packed)
  redis.call('ZREM', P .. ':due:' .. spaceOf(key), memberOf(tonumber(task.turn), key, id))
  redis.call('HDEL', P .. ':tasks:' .. key, id)
  return task
end
local function hold(key, id, task, claimable)
  local space = spaceOf(key)
  local turn = redis.call('INCR', P .. ':turn')
  task.turn = text(turn)
  task.claimable = claimable
  redis.call('HSET', P .. ':tasks:' .. key, id, cmsgpack.pack(task))
  redis.call('ZADD', P .. ':due:' .. space, claimable, memberOf(turn, key, id))
  redis.call('SADD', P .. ':spaces', space)
end
`;

/** ARGV: key, expected, data, expires ('' for never), now, number of drops, drops …, then id, due, data of each task. */
export const COMMIT = script(
  'commit',
  `${SHARED}
local key, expected, data, expires, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local at = P .. ':record:' .. key
local actual = redis.call('HGET', at, 'revision') or '0'
local before = redis.call('HGET', at, 'expires')
if before and before ~= '' and tonumber(before) <= now then actual = '0' end
if actual ~= expected then return { 0, actual } end
local revision = text(tonumber(expected) + 1)
redis.call('HSET', at, 'revision', revision, 'data', data, 'expires', expires)
redis.call('ZADD', P .. ':log', text(redis.call('INCR', P .. ':sequence')), key)
if expires == '' then redis.call('ZREM', P .. ':expiring', key)
else redis.call('ZADD', P .. ':expiring', expires, key) end
local drops = tonumber(ARGV[6])
for index = 7, 6 + drops do forget(key, ARGV[index]) end
for index = 7 + drops, #ARGV, 3 do
  forget(key, ARGV[index])
  hold(key, ARGV[index], { due = ARGV[index + 1], data = ARGV[index + 2], attempt = '0', lease = '' }, ARGV[index + 1])
end
return { 1, revision }`,
);

/**
 * ARGV: now, limit, lease end, lease, the space or '', and 1 if the answer to the same claim was lost; then it replies what was
 * taken and is still held. Replies key, id, due, data, attempt, lease end of each. Also removes a few expired records without
 * work.
 */
export const CLAIM = script(
  'claim',
  `${SHARED}
local now, limit, leaseEnd, lease = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local claimed = P .. ':claimed:' .. lease
local before = ARGV[6] == '1' and redis.call('GET', claimed)
if before then
  local reply = {}
  local names = cmsgpack.unpack(before)
  for index = 1, #names, 2 do
    local key, id = names[index], names[index + 1]
    local packed = redis.call('HGET', P .. ':tasks:' .. key, id)
    local task = packed and cmsgpack.unpack(packed)
    if task and task.lease == lease then
      for _, value in ipairs({ key, id, task.due, task.data, task.attempt, task.claimable }) do reply[#reply + 1] = value end
    end
  end
  return reply
end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', P .. ':expiring', '-inf', now, 'LIMIT', 0, 20)) do
  if redis.call('EXISTS', P .. ':tasks:' .. key) == 1 then
    redis.call('ZADD', P .. ':expiring', text(tonumber(now) + 60000), key)
  else
    redis.call('DEL', P .. ':record:' .. key)
    redis.call('ZREM', P .. ':expiring', key)
    redis.call('ZREM', P .. ':log', key)
  end
end
local spaces = ARGV[5] ~= '' and { ARGV[5] } or redis.call('SMEMBERS', P .. ':spaces')
local found = {}
for _, space in ipairs(spaces) do
  local due = P .. ':due:' .. space
  local members = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
  for index = 1, #members, 2 do
    found[#found + 1] = { member = members[index], score = tonumber(members[index + 1]) }
  end
end
if #spaces > 1 then
  table.sort(found, function(a, b) return a.score < b.score or (a.score == b.score and a.member < b.member) end)
end
local reply, names = {}, {}
for index = 1, math.min(limit, #found) do
  local key, id = string.match(string.sub(found[index].member, 17), '^(.*)%z(.*)$')
  local task = forget(key, id)
  task.attempt = text(tonumber(task.attempt) + 1)
  task.lease = lease
  hold(key, id, task, leaseEnd)
  for _, value in ipairs({ key, id, task.due, task.data, task.attempt, leaseEnd }) do reply[#reply + 1] = value end
  names[#names + 1] = key
  names[#names + 1] = id
end
local forMs = tonumber(leaseEnd) - tonumber(now)
if #names > 0 and forMs > 0 then redis.call('SET', claimed, cmsgpack.pack(names), 'PX', text(forMs)) end
return reply`,
);

/** ARGV: key, id, lease, lease end, and for a retry: due, 1 if the try counts. */
export const SETTLE = script(
  'settle',
  `${SHARED}
local key, id = ARGV[1], ARGV[2]
local packed = redis.call('HGET', P .. ':tasks:' .. key, id)
if not packed then return 0 end
local task = cmsgpack.unpack(packed)
if task.lease ~= ARGV[3] or task.lease == '' or task.claimable ~= ARGV[4] then return 0 end
forget(key, id)
if ARGV[5] then
  if ARGV[6] ~= '1' then task.attempt = text(tonumber(task.attempt) - 1) end
  task.lease = ''
  task.due = ARGV[5]
  hold(key, id, task, ARGV[5])
end
return 1`,
);

/** ARGV: prefix, after, limit. Replies the cursor, then key, revision, data, expires of each. */
export const LIST = script(
  'list',
  `${SHARED}
local prefix, cursor, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local reply = { cursor }
local found = 0
while found < limit do
  local page = redis.call('ZRANGEBYSCORE', P .. ':log', '(' .. cursor, '+inf', 'WITHSCORES', 'LIMIT', 0, 500)
  if #page == 0 then
    local sequence = redis.call('GET', P .. ':sequence') or '0'
    if tonumber(sequence) > tonumber(cursor) then cursor = sequence end
    break
  end
  for index = 1, #page, 2 do
    local key = page[index]
    cursor = text(tonumber(page[index + 1]))
    if string.sub(key, 1, #prefix) == prefix then
      local row = redis.call('HMGET', P .. ':record:' .. key, 'revision', 'data', 'expires')
      if row[1] then
        found = found + 1
        for _, value in ipairs({ key, row[1], row[2], row[3] }) do reply[#reply + 1] = value end
        if found == limit then break end
      end
    end
  end
end
reply[1] = cursor
return reply`,
);

function script(name: string, lua: string): Script {
  return { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
}
