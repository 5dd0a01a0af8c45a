; Installs Coterie for one person, without an administrator's rights, and takes it away again.
;
;   makensis -DVERSION=1.2.3 -DNUMBER=1.2.3.0 -DTREE=folder -DPROGRAMS=folder -DICON=file -DOUTPUT=file setup.nsi
;
; Each version has a folder of its own, and current.txt names the one that is started. What runs is never touched.
Target amd64-unicode
Unicode true
!include MUI2.nsh
!include LogicLib.nsh

Name "Coterie"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Coterie"
InstallDirRegKey HKCU "Software\Coterie" "Folder"
SetCompressor /SOLID lzma
SetDateSave off
BrandingText "Coterie ${VERSION}"
VIProductVersion "${NUMBER}"
VIAddVersionKey ProductName "Coterie"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "MIT license"
VIAddVersionKey FileDescription "Installs Coterie"

!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Coterie"
!define NEW "$INSTDIR\.app-${VERSION}.part"
!define PLACE "$INSTDIR\app-${VERSION}"
; MoveFileExW: an existing file is replaced, and the call returns when that is on the disk.
!define REPLACED 9

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\Coterie.exe"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English
!insertmacro MUI_LANGUAGE Korean

LangString IN_USE ${LANG_ENGLISH} "Coterie ${VERSION} is running. Quit it, also from the notification area, and try again."
LangString IN_USE ${LANG_KOREAN} "Coterie ${VERSION} 버전이 실행 중입니다. 알림 영역에서도 종료한 뒤 다시 시도하세요."
LangString NOT_WHOLE ${LANG_ENGLISH} "Not all files of Coterie could be written. Nothing was changed. Make room on the disk and try again."
LangString NOT_WHOLE ${LANG_KOREAN} "Coterie의 파일을 모두 쓰지 못해 아무것도 바꾸지 않았습니다. 디스크 공간을 확보한 뒤 다시 시도하세요."
LangString STILL_RUNS ${LANG_ENGLISH} "Coterie is running. Quit it, also from the notification area, and try again."
LangString STILL_RUNS ${LANG_KOREAN} "Coterie가 실행 중입니다. 알림 영역에서도 종료한 뒤 다시 시도하세요."

; Whether the version in a folder runs: nobody may write to a library that is loaded.
!macro IsInUse FOLDER RESULT
  StrCpy ${RESULT} ""
  ${If} ${FileExists} "${FOLDER}\python\python313.dll"
    ClearErrors
    FileOpen $8 "${FOLDER}\python\python313.dll" a
    ${If} ${Errors}
      StrCpy ${RESULT} "yes"
    ${Else}
      FileClose $8
    ${EndIf}
  ${EndIf}
!macroend

Section
  !insertmacro IsInUse "${PLACE}" $R0
  ${If} $R0 == "yes"
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(IN_USE)" /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
  StrCpy $R1 "first"
  IfFileExists "$INSTDIR\current.txt" 0 +2
    StrCpy $R1 "again"

  RMDir /r "${NEW}"
  ClearErrors
  SetOverwrite try
  SetOutPath "${NEW}"
  File /r "${TREE}/*"
  ${If} ${Errors}
    SetOutPath "$TEMP"
    RMDir /r "${NEW}"
    MessageBox MB_OK|MB_ICONSTOP "$(NOT_WHOLE)" /SD IDOK
    SetErrorLevel 3
    Abort
  ${EndIf}
  SetOutPath "$INSTDIR\bin"
  File "${PROGRAMS}/bin/coterie.exe"
  SetOutPath "$INSTDIR"
  ; One that runs can be renamed, not replaced.
  Delete "$INSTDIR\Coterie.exe.old"
  Rename "$INSTDIR\Coterie.exe" "$INSTDIR\Coterie.exe.old"
  File "${PROGRAMS}/Coterie.exe"
  Delete "$INSTDIR\Coterie.exe.old"
  RMDir /r "${PLACE}"
  Rename "${NEW}" "${PLACE}"
  FileOpen $0 "$INSTDIR\current.new" w
  FileWrite $0 "app-${VERSION}"
  FileClose $0
  System::Call 'kernel32::MoveFileExW(w "$INSTDIR\current.new", w "$INSTDIR\current.txt", i ${REPLACED})'

  ; Versions that nobody runs go.
  FindFirst $1 $2 "$INSTDIR\app-*"
  ${While} $2 != ""
    ${If} $2 != "app-${VERSION}"
      !insertmacro IsInUse "$INSTDIR\$2" $R0
      ${If} $R0 == ""
        RMDir /r "$INSTDIR\$2"
      ${EndIf}
    ${EndIf}
    FindNext $1 $2
  ${EndWhile}
  FindClose $1

  CreateShortcut "$SMPROGRAMS\Coterie.lnk" "$INSTDIR\Coterie.exe"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\Coterie" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" "DisplayName" "Coterie"
  WriteRegStr HKCU "${ENTRY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" "DisplayIcon" "$INSTDIR\Coterie.exe"
  WriteRegStr HKCU "${ENTRY}" "Publisher" "Coterie"
  WriteRegStr HKCU "${ENTRY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${ENTRY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${ENTRY}" "NoModify" 1
  WriteRegDWORD HKCU "${ENTRY}" "NoRepair" 1
  SectionGetSize 0 $0
  WriteRegDWORD HKCU "${ENTRY}" "EstimatedSize" $0

  ; Model files and links open with Coterie, unless somebody has switched that off since the first time.
  ${If} $R1 == "first"
    ExecWait '"${PLACE}\python\pythonw.exe" -I -c "from app.integration.open_with import turn; turn(True)"'
  ${EndIf}
SectionEnd

Section Uninstall
  ; Chats, settings and models lie elsewhere and stay.
  FindFirst $1 $2 "$INSTDIR\app-*"
  ${While} $2 != ""
    !insertmacro IsInUse "$INSTDIR\$2" $R0
    ${If} $R0 == "yes"
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(STILL_RUNS)" /SD IDOK
      SetErrorLevel 2
      Abort
    ${EndIf}
    StrCpy $3 "$INSTDIR\$2"
    FindNext $1 $2
  ${EndWhile}
  FindClose $1
  ExecWait '"$3\python\pythonw.exe" -I -c "from app.integration.open_with import turn; turn(False)"'
  ExecWait '"$3\python\pythonw.exe" -I -c "from app.desktop.background.start_at_login import turn; turn(False)"'
  SetOutPath "$TEMP"
  FindFirst $1 $2 "$INSTDIR\*app-*"
  ${While} $2 != ""
    RMDir /r "$INSTDIR\$2"
    FindNext $1 $2
  ${EndWhile}
  FindClose $1
  RMDir /r "$INSTDIR\bin"
  Delete "$INSTDIR\Coterie.exe"
  Delete "$INSTDIR\Coterie.exe.old"
  Delete "$INSTDIR\current.txt"
  Delete "$INSTDIR\next.zip"
  ; Marks of updates.
  Delete "$INSTDIR\.*"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Coterie.lnk"
  DeleteRegKey HKCU "${ENTRY}"
  DeleteRegKey HKCU "Software\Coterie"
SectionEnd
