#!/usr/bin/env bash
# An adaptor in bash, curl and jq: what a shell script knows of this API. Run it with
#   inferencesh-mock conform --adaptor -- bash curl.sh
# One call at a time. It waits by asking again, for 10 s unless told otherwise, tries nothing twice, and tells errors as
# the server tells them.
set -u

saw() { jq -nc --argjson seq "$seq" --argjson saw "$1" '{$seq, $saw}'; }

raised() { # class, message, body of the answer
  jq -nc --argjson seq "$seq" --arg class "$1" --arg message "$2" --arg body "${3:-}" '
    ($body | try fromjson catch {}) as $told | (if ($told | type) == "object" then $told else {} end) as $told
    | {$seq, raised: {$class, message: ($told.detail // $message), status: $told.status, request_id: $told.request_id,
       code: (($told.type // "") | split("/") | last), violations: $told.errors}}'
}

arg() { jq -r --arg name "$1" '.with[$name] // empty' <<<"$line"; }

# Sends a request; leaves the answer's body in $body. Not 2xx, or nothing: tells the error and returns 1.
api() { # method, path, JSON
  local answer status data=()
  [ -n "${3:-}" ] && data=(--data-binary @-)
  if ! answer=$(curl -sS --max-time "$limit" -X "$1" -w '\n%{http_code}' -H "Authorization: Bearer $api_key" \
    -H 'Content-Type: application/json' ${data[@]+"${data[@]}"} "$base_url$2" 2>&1 <<<"${3:-}"); then
    raised CurlError "${answer:0:200}"
    return 1
  fi
  status=${answer##*$'\n'} body=${answer%$'\n'*}
  if [[ $status != 2* ]]; then
    raised HttpError "HTTP $status" "$body"
    return 1
  fi
  body=$(jq -c 'if type == "object" and has("data") then .data else . end' <<<"$body" 2>/dev/null) && [ -n "$body" ] && return
  raised HttpError "no JSON with HTTP $status"
  return 1
}

task='{id, status, progress, output, error, session: .session_id}'

wait_for() { # id
  local until
  until=$(jq --argjson now "$EPOCHREALTIME" '$now + ((.with.timeout_ms // 10000) / 1000)' <<<"$line")
  while api GET "/tasks/$1"; do
    case $(jq -r .status <<<"$body") in
      10) saw "$(jq -c "$task" <<<"$body")"; return ;;
      11 | 12 | 13) raised TaskError "task $1: $(jq -r .error <<<"$body")"; return ;;
    esac
    if jq -ne --argjson now "$EPOCHREALTIME" --argjson until "$until" '$now > $until' >/dev/null; then
      jq -nc --argjson seq "$seq" --arg task "$1" '{$seq, raised: {class: "Timeout", message: "task \($task) has not ended in time",
        $task, timeout: true}}'
      return
    fi
    sleep 0.3
  done
}

run() {
  local field file
  # A local file of the input becomes the URI of its upload.
  for field in $(jq -r '.with.input | to_entries[] | select(.value | type == "object" and has("$file")) | .key' <<<"$line"); do
    file=$(jq -c --arg field "$field" '.with.input[$field]["$file"]' <<<"$line")
    put_file "$(jq -r .path <<<"$file")" "$(jq -r .type <<<"$file")" || return
    line=$(jq -c --arg field "$field" --arg uri "$uri" '.with.input[$field] = $uri' <<<"$line")
  done
  api POST /apps/run "$(jq -c '.with | {app, input} + (if .webhook then {webhook} else {} end)' <<<"$line")" || return
  if [ "$(arg wait)" = true ]; then wait_for "$(jq -r .id <<<"$body")"; else saw "$(jq -c "$task" <<<"$body")"; fi
}

# Uploads a file; leaves its URI in $uri, or tells the error and returns 1.
put_file() { # path, type
  local answer
  api POST /files "$(jq -nc --arg name "${1##*/}" --arg type "$2" --argjson size "$(wc -c <"$1")" \
    '{files: [{uri: "", filename: $name, content_type: $type, $size}]}')" || return
  uri=$(jq -r '.[0].uri' <<<"$body")
  answer=$(curl -sS --fail --max-time "$limit" -X PUT -H "Content-Type: $2" --data-binary "@$1" \
    "$(jq -r '.[0].upload_url' <<<"$body")" 2>&1) && return
  raised UploadError "${answer:0:200}"
  return 1
}

upload() { put_file "$(arg path)" "$(arg media_type)" && saw "$(jq -nc --arg uri "$uri" '{$uri}')"; }

download() {
  local path answer
  path=$(arg path)
  if answer=$(curl -sS --fail --max-time "$limit" -o "$path.part" "$(arg url)" 2>&1); then
    mv "$path.part" "$path"
    saw "$(jq -nc --argjson bytes "$(wc -c <"$path")" '{$bytes}')"
  else
    rm -f "$path.part"
    raised DownloadError "${answer:0:200}"
  fi
}

while IFS= read -r line; do
  case $(jq -r .op <<<"$line") in
    hello)
      jq -nc --arg version "$(curl --version | head -n 1 | cut -d ' ' -f 2)" '{kit: 1, max_parallel: 1,
        client: {name: "curl and jq", $version, language: "bash"},
        supports: ["run", "run.wait", "webhook", "get", "wait", "wait.poll", "cancel", "upload", "download"]}'
      ;;
    call)
      seq=$(jq .seq <<<"$line") base_url=$(jq -r .base_url <<<"$line") api_key=$(jq -r .api_key <<<"$line")
      limit=$(jq '.deadline_ms / 1000 - 0.5 | if . < 1 then 1 else . end' <<<"$line")
      case $(jq -r .call <<<"$line") in
        run) run ;;
        get) api GET "/tasks/$(arg task)" && saw "$(jq -c "$task" <<<"$body")" ;;
        wait) wait_for "$(arg task)" ;;
        cancel) api POST "/tasks/$(arg task)/cancel" && saw '{}' ;;
        upload) upload ;;
        download) download ;;
        *) jq -c '{seq, cannot: {needs: .call}}' <<<"$line" ;;
      esac
      ;;
    bye) exit 0 ;;
  esac
done
