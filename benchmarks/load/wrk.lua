-- What wrk has measured, as one line of JSON on its last line. wrk itself rounds what it prints,
-- and takes a redirection for a success: every answer's status is looked at here.

local threads = {}

function setup(thread)
   -- wrk asks for one request only to look at it. That is so of its first thread, and it has but one.
   thread:set("sent", -1)
   thread:set("refused", 0)
   thread:set("status", 0)
   table.insert(threads, thread)
end

function init()
   ready = wrk.format("GET")
end

function request()
   sent = sent + 1
   return ready
end

function response(code)
   if code < 200 or code > 299 then
      refused = refused + 1
      status = code
   end
end

function done(summary, latency)
   local told = { sent = 0, refused = 0 }
   local last = 0
   for _, thread in ipairs(threads) do
      for name in pairs(told) do
         told[name] = told[name] + thread:get(name)
      end
      last = math.max(last, thread:get("status"))
   end
   local errors = summary.errors
   -- wrk counts in microseconds.
   io.write(string.format(
      '{"requests": %d, "seconds": %.6f, "p50": %.6f, "p90": %.6f, "p99": %.6f, "sent": %d,'
         .. ' "refused": %d, "status": %d, "connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6,
      latency:percentile(90) / 1e6, latency:percentile(99) / 1e6, told.sent, told.refused, last,
      errors.connect, errors.read, errors.write, errors.timeout
   ))
end
