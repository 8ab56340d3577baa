# 기본값: synpipe.toml 파일과 옵션의 환경 변수.

presets-used = 기본값: {$used}
presets-ignored = 적용하지 않은 기본값: {$ignored}
presets-both = 기본값: {$used}; 적용하지 않은 기본값: {$ignored}
preset-secret = {$origin}: {$name}에는 비밀 값을 둘 수 없습니다. SYNAPSE_ACCESS_TOKEN, --token-file, --dsn-file 또는 `synapse login`을 사용하세요
preset-unknown = {$origin}: {$tool}에는 {$name} 옵션이 없습니다
preset-unknown-near = {$origin}: {$tool}에는 {$name} 옵션이 없습니다. {$near} 옵션인가요?
preset-typed-only = {$origin}: {$option} 옵션은 실행할 때마다 정합니다. 여기에서 빼고 --{$option} 옵션을 직접 입력하세요
preset-value = {$origin}: {$why}
preset-unreadable = 읽을 수 없습니다: {$path}: {$reason}. 기본값 파일은 SYNPIPE_CONFIG로 정하며, 비워 두면 파일을 읽지 않습니다
preset-syntax = {$origin}: TOML이 아닙니다: {$reason}
preset-section = {$origin}: {$name} 섹션은 없습니다. [{$near}] 섹션인가요?
preset-not-common = {$origin}: {$name} 옵션은 모든 프로그램에 있는 것이 아닙니다. 해당 프로그램의 섹션에 넣으세요
preset-type = {$origin}: {$name}에 맞지 않는 종류의 값입니다. 가능한 값: {$expected}
