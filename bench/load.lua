-- What wrk sends: a method; "none", "whole", "lines", "paths" or "turns"; a file that is the body, has one in each line, has a
-- path in each line, of which one is asked for at random each time, or has a method, a path and a token in each line, which are
-- sent in turn; the status that each response must have, or "any" of success; then headers as names and values. Tells what came
-- of it as JSON.

local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
end

function init(arguments)
    wrk.method = arguments[1]
    for at = 5, #arguments, 2 do
        wrk.headers[arguments[at]] = arguments[at + 1]
    end
    -- Counted only where it is asked for, because it takes wrk some time for each response. Errors it counts by itself.
    others = 0
    if arguments[4] ~= "any" then
        local wanted = tonumber(arguments[4])
        response = function(status)
            if status ~= wanted and status < 400 then
                others = others + 1
            end
        end
    end
    if arguments[2] == "whole" then
        local file = assert(io.open(arguments[3], "rb"))
        wrk.body = file:read("*a")
        file:close()
    elseif arguments[2] == "lines" then
        local requests, at = {}, 0
        for line in io.lines(arguments[3]) do
            requests[#requests + 1] = wrk.format(nil, nil, nil, line)
        end
        request = function()
            at = at % #requests + 1
            return requests[at]
        end
    elseif arguments[2] == "paths" then
        local requests = {}
        for line in io.lines(arguments[3]) do
            requests[#requests + 1] = wrk.format(nil, line)
        end
        -- The same in every run.
        math.randomseed(1)
        request = function()
            return requests[math.random(#requests)]
        end
    elseif arguments[2] == "turns" then
        -- wrk asks for one before it starts, and doesn't send it.
        local requests, at = {}, -1
        for line in io.lines(arguments[3]) do
            local method, path, token = line:match("^(%S+) (%S+) (%S+)$")
            requests[#requests + 1] = wrk.format(method, path, { Authorization = "Bearer " .. token })
        end
        request = function()
            at = at + 1
            return requests[(at - 1) % #requests + 1]
        end
    end
end

function done(summary, latency)
    local errors, failed = summary.errors, 0
    for _, thread in ipairs(threads) do
        failed = failed + thread:get("others")
    end
    io.write(string.format(
        '\n{"requests": %d, "bytes": %d, "microseconds": %d, "p50": %d, "p99": %d, "failed": %d}\n',
        summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99),
        failed + errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
