-- What wrk sends: a method; "none", "whole", "lines" or "paths"; a file that is the body, has one in each line, or has a path in
-- each line, of which one is asked for at random each time; then headers as names and values. Tells what came of it as JSON.

function init(arguments)
    wrk.method = arguments[1]
    for at = 4, #arguments, 2 do
        wrk.headers[arguments[at]] = arguments[at + 1]
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
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "bytes": %d, "microseconds": %d, "p50": %d, "p99": %d, "failed": %d}\n',
        summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
