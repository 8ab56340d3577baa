# 잡: syn-job이 하는 말.

job-none = {$host}에 잡 { JOSA($id, "이/가") } 없습니다
job-no-plugin = {$host}에 플러그인 { JOSA($plugin, "이/가") } 없습니다
job-no-id = 실행 요청은 접수되었지만 {$host}에서 잡의 ID를 알려 주지 않습니다
job-many-ids = 실행 요청은 접수되었지만 {$host}에서 다음 중 어느 잡인지 알려 주지 않습니다: {$ids}
job-bad-status = 잡 {$id}의 상태가 {$status}인데, 알 수 없는 상태입니다
job-not-packed = {$path}: 패키지에 넣을 수 없습니다: {$reason}
job-no-command = 어떤 명령입니까? plugins, agents, list, run, get, logs, stop, submit 중 하나를 지정하세요(syn-job --help 참고)
job-ray-address = --ray: {$reason}
job-asks-ray = {$host}의 Ray 대시보드에 묻습니다
job-no-agent = 에이전트 { JOSA($agent, "이/가") } 없습니다. 목록: `syn-job agents`
job-agents-same-name = 이름이 {$name}인 에이전트가 여럿입니다. --agent에 ID를 지정하세요(목록: `syn-job agents`)
job-lacking-ray = 어느 Ray 클러스터입니까? --ray http://HOST:8265 또는 --agent AGENT를 지정하세요(목록: `syn-job agents`)
job-agent-no-url = 에이전트 {$agent}에는 주소가 없어 플랫폼만 연결할 수 있습니다. `syn-job run`은 쓸 수 있고, Ray 클러스터에는 --ray URL이 필요합니다
job-agent-bad-url = 에이전트 {$agent}의 주소에 호스트가 없습니다: {$url}. --ray URL을 지정하세요
job-id-of-platform = { JOSA($id, "은/는") } 플랫폼의 잡이므로 Ray 클러스터에는 없습니다. --ray와 --agent를 빼세요
job-succeeded = 잡 {$id} 성공, {$time}
job-was-stopped = 잡 { JOSA($id, "이/가") } 중지되었습니다
job-failed = 잡 { JOSA($id, "이/가") } 실패했습니다
job-failed-why = 잡 { JOSA($id, "이/가") } 실패했습니다: {$reason}
job-goes-on = 잡 { JOSA($id, "은/는") } 계속 실행됩니다. 이어 보기: `syn-job logs -f {$id}`, 중지: `syn-job stop {$id}`
job-started = 잡 { JOSA($id, "을/를") } 시작했습니다
job-stopping = 잡 { JOSA($id, "을/를") } 중지합니다
job-stopped = 잡 { JOSA($id, "을/를") } 중지했습니다
job-had-ended = 잡 { JOSA($id, "은/는") } 이미 끝났습니다: {$status}
job-no-log = 잡 {$id}의 로그가 아직 없습니다
job-log-torn = 잡 {$id}의 로그가 끊겨 여기에 빠진 줄이 있을 수 있습니다. 보관된 로그: `syn-job logs {$id}`
job-no-scope = 내보내기에는 --filter {$key}=ID가 필요합니다
job-param-form = --param은 KEY=VALUE 형식이어야 합니다: {$text}
job-param-twice = --param { JOSA($key, "을/를") } 두 번 지정했습니다
job-on-agent = 하나뿐인 에이전트 {$id}({$name})에서 실행합니다
job-no-form = 플러그인의 양식을 알 수 없어 필요한 값을 묻지 않습니다: {$reason}
job-which-agent = 어느 에이전트입니까?
job-lacking-agent = 어느 에이전트에서 실행합니까? --agent AGENT를 지정하세요(목록: `syn-job agents`)
job-which-param = {$label}: 어떤 값입니까?
job-lacking-param = 플러그인에 --param {$name}=VALUE가 필요합니다
job-lacking-param-of = 플러그인에 --param {$name}=VALUE가 필요합니다. 가능한 값: {$choices}
job-which-storage = 어느 스토리지입니까?
job-lacking-storage = 어느 스토리지에 씁니까? --storage ID를 지정하세요(목록: `syn-fetch storages`)
job-no-storage = 이 계정으로 쓸 수 있는 스토리지가 플랫폼에 없습니다
job-which-path = 스토리지의 어느 폴더입니까?
job-lacking-path = 스토리지의 어느 폴더에 씁니까? --path PATH를 지정하세요
job-not-blank = 비워 둘 수 없습니다
job-sent = 패키지 { JOSA($name, "을/를") } 보냈습니다
job-not-sent = 패키지 { JOSA($name, "이/가") } 이미 있습니다
job-no-program = {$folder}에 함께 보낼 { JOSA($name, "이/가") } 없습니다. 모든 프로그램이 있는 폴더를 --bin DIR로 지정하세요
job-no-store = {$option} {$place}: 노드마다 디스크가 따로 있습니다. s3://bucket/prefix/처럼 모두가 쓰는 저장소를 지정하세요
job-open-quote = {$option}: 따옴표가 닫히지 않았습니다
job-no-nul = 인자에 NUL 문자가 있습니다
job-token-on-nodes = {$option}: --{ JOSA($name, "은/는") } 이 컴퓨터의 파일을 읽는데 노드에는 그 파일이 없습니다. 노드에 있는 파일을 --node-token-file PATH로 지정하세요
job-secret-argument = {$option}에 비밀 값이 있습니다. Ray는 대시보드에 연결하는 모두에게 이를 보여 줍니다. 노드의 파일이나 환경 변수에 두세요
job-secret-variable = --env { JOSA($name, "은/는") } 비밀 값으로 보입니다. Ray는 대시보드에 연결하는 모두에게 이를 보여 줍니다. 노드의 환경 변수로 설정하세요
job-env-form = --env는 NAME=VALUE 형식이어야 합니다
