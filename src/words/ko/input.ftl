# 입력: 파일, 표준 입력, 프레임.

unframed-for-stdin = --unframed는 표준 입력용입니다. 파일은 프레임이 있든 없든 그대로 읽습니다
unframed-unneeded = --unframed는 아무것도 바꾸지 않았습니다. 입력에 프레임이 있습니다
debug-frames = 시작 프레임: {$streams}, 프레임 밖의 줄: {$outside}
stdin-is-terminal = 표준 입력이 터미널입니다. {$what} 입력하고 Ctrl-D로 끝내세요. 그만두려면 Ctrl-C를 누르고 파일을 지정하세요
debug-reads-stdin = 표준 입력을 읽습니다
left-out-between = {$kind ->
    [items] 항목
   *[files] 파일
} {$counted}개 중 {$lines}개가 왔습니다. 나머지는 중간의 프로그램이 뺐습니다
debug-reads = {$path} 읽기
debug-reads-bytes = {$path} 읽기({$size})
to-type-lines = 줄을
to-type-token = 토큰을(화면에 보입니다)
to-type-ids = id를
