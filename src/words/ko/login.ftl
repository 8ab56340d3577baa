# `syn-fetch login`과 프로필.

login-no-output = `syn-fetch login`은 ~/.synapse/config.json에 기록하므로 --output을 쓰지 않습니다
login-no-home = 홈 폴더가 없어 토큰을 둘 곳이 없습니다. HOME을 설정하세요
login-which-token = 어떤 토큰입니까? --token-file FILE을 지정하거나 `syn-fetch login --token-stdin`에 파이프로 넘기세요
login-first = 아직 토큰이 없습니다. 로그인하면 계속 진행합니다
login-token-again = {$host}: 이 토큰은 거부되었습니다. Synapse에서 다시 복사하세요
login-no-tenant = --tenant {$wanted}: 이 토큰의 테넌트가 아닙니다. 있는 것: {$list}
login-done = {$host}: 로그인했습니다
login-done-tenant = {$host}: 로그인했습니다(테넌트 {$tenant})
login-done-user = {$host}: {$user} 계정으로 로그인했습니다
login-done-whole = {$host}: {$user} 계정으로 로그인했습니다(테넌트 {$tenant})
login-saved = 저장한 곳: {$path}
login-saved-profile = 저장한 곳: {$path}의 프로필 {$name}
login-linked = {$path}: 링크입니다. 토큰은 {$target}에 있습니다
login-closed = 다른 사람이 폴더나 파일을 읽을 수 있었습니다. 이제 본인만 읽을 수 있습니다
login-dropped = 파일에 이 토큰보다 먼저 쓰일 사용자 토큰이 있어 지웠습니다
login-overruled = 이 로그인 대신 쓰이는 변수: {$variables}. 로그인을 쓰려면 해제하세요
login-by-profile = 설정된 변수({$variables})와 관계없이 --profile {$name}으로 쓸 수 있습니다
login-ask-host = Synapse 호스트
login-ask-token = 액세스 토큰(화면에 표시되지 않음)
profile-gives-way = 프로필 {$profile}(SYNPIPE_PROFILE)보다 먼저 쓰이는 변수: {$variables}. 의도하지 않은 변수를 해제하거나 --profile {$profile}을 지정하세요
