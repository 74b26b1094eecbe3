# share/dynarch of an installation: the catalogue and the examples.
set(DYNARCH_DATA_DIR ${CMAKE_INSTALL_DATADIR}/dynarch)
if(EXISTS ${PROJECT_SOURCE_DIR}/sim/catalog)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/sim/catalog
          DESTINATION ${DYNARCH_DATA_DIR}
          PATTERN "CMakeLists.txt" EXCLUDE)
endif()
if(EXISTS ${PROJECT_SOURCE_DIR}/client/examples)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/client/examples
          DESTINATION ${DYNARCH_DATA_DIR}
          PATTERN "CMakeLists.txt" EXCLUDE)
endif()
